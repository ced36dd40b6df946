"""Tokens from feature maps; how many conditions are decoded at a time, and how blocks are joined."""
import torch

from ..layers.evenly import even_size
from ..layers.separable import averaged, bilinear
from ..layers.tiles import flat, in_rows

# what the widest activation of one chunk may take: the last-level cache of a CPU, and enough work
# to fill a GPU
CHUNK_BYTES = {'cpu': 16 * 2**20}
DEFAULT_CHUNK_BYTES = 512 * 2**20
MASK_CHUNK = 16  # masks drawn at a time, at most


def class_chunk_size(tokens):
    """Conditions whose queries, keys and values (N, chunk, L, 3R) fit the chunk budget; at least 1.

    They are the widest activation of a chunk: the MLP has blocks of its own.
    """
    budget = CHUNK_BYTES.get(tokens.device.type, DEFAULT_CHUNK_BYTES)
    return max(1, budget // max(1, 3 * tokens.numel() * tokens.element_size()))


def mask_chunk(count):
    """Of so many masks, those that are drawn at a time."""
    return even_size(count, MASK_CHUNK)


def _on_grid(x, grid):
    """A finer map is averaged down, so that no pixel of it is skipped; a coarser one is resized."""
    if tuple(x.shape[2:]) == grid:
        return x
    if x.shape[2] >= grid[0] and x.shape[3] >= grid[1]:
        return averaged(x, grid)
    return bilinear(x, grid)


def token_features(features):
    """Feature maps of one grid or several as token sequences of the deepest map's grid.

    Args:
        features (list): maps (N, C, h, w), or pairs ``[map, (N, C) CLS token]``.

    Returns:
        tuple: list of (N, L, C) with the CLS token first where there is one; (h, w); number of
        CLS tokens (0 or 1).
    """
    maps = [f if torch.is_tensor(f) else f[0] for f in features]
    grid = tuple(maps[-1].shape[2:])
    tokens = [_on_grid(x, grid).flatten(2).transpose(1, 2) for x in maps]
    if torch.is_tensor(features[0]):
        return tokens, grid, 0
    return [torch.cat([f[1][:, None], t], dim=1) for f, t in zip(features, tokens)], grid, 1


def joined(blocks):
    """Blocks (N, c, …) along channels."""
    first, *others = blocks
    return torch.cat([first, *others], dim=1) if others else first


def upsampled(branch, blocks):
    """Iterator of tiles (N, c, …) from blocks (N, c, h, w, R) of :meth:`MaskBranch.convolve`.

    For a gradient it is one block: joining what is small is cheaper than joining logits. A compiler
    would hold the hidden activation of all of it.
    """
    if torch.is_grad_enabled() and not torch.compiler.is_compiling():
        blocks = [joined(blocks)]
    return (branch.upsample(block) for block in blocks)


def side_by_side(blocks, channels):
    """``torch.cat`` along channels; without gradients the blocks are never there all at once.

    A compiled graph decides on its own what is there when, and joins them.

    Args:
        blocks (Iterator[Tensor]): (N, c, …) each.
        channels (int): their sum of c.

    Returns:
        Tensor: (N, channels, …).
    """
    if torch.is_grad_enabled() or torch.compiler.is_compiling():
        return joined(blocks)
    result, start = None, 0
    for block in blocks:
        if result is None:
            result = block.new_empty(len(block), channels, *block.shape[2:])
        result[:, start:start + block.shape[1]] = block
        start += block.shape[1]
    return result


def maps_side_by_side(blocks, channels):
    """Maps (N, channels, H, W) from an iterator of tiles: each logit is written once, in its place."""
    return flat(side_by_side((in_rows(block) for block in blocks), channels))
