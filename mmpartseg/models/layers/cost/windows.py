"""Which tokens attend to each other: windows of a grid, shifted or not."""
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

# Added to the scores of tokens that lie apart. The released implementation adds -100, of which the softmax
# makes 4e-44 of what the others have: nothing to any sum, but a number that is too small for the float unit,
# for which attention's gradient took seven times as long on an Intel processor
APART = -np.inf


class Windows(NamedTuple):
    """Tokens in the order of windows.

    Attributes:
        order (Tensor): (nW·L,) int64, the token in each place of the windows.
        place (Tensor): (h·w,) int64, the place of each token.
        mask (Tensor, optional): (nW, L, L) to add to attention scores; None where all is together.
        length (int): L.
        padding (int): how many of the places hold token ``h·w``, which is none.
    """
    order: Tensor
    place: Tensor
    mask: Tensor | None
    length: int
    padding: int


def windows(grid, size, shifted, device=None):
    """Cut a grid into windows.

    Args:
        grid (tuple[int, int]): (h, w) tokens.
        size (int): side of a window; a grid's side that is no longer than it is one window, not shifted.
        shifted (bool): shift by half a window; tokens that are neighbours across the border only
            because of that, or that are padding, are kept apart by the mask.
    """
    order, place, mask, length = _cut(tuple(map(int, grid)), size, shifted)
    order, place = (torch.tensor(each, device=device) for each in (order, place))
    mask = None if mask is None else torch.tensor(mask, device=device)
    return Windows(order, place, mask, length, len(order) - len(place))


@lru_cache(maxsize=32)
def _cut(grid, size, shifted):
    """:func:`windows` in NumPy: constants of a graph."""
    sides = [min(size, side) for side in grid]
    padded = [-(-side // window) * window for side, window in zip(grid, sides)]
    shifts = [window // 2 if shifted and side > size else 0 for side, window in zip(grid, sides)]
    count = grid[0] * grid[1]
    tokens = np.full(padded, count)
    tokens[:grid[0], :grid[1]] = np.arange(count).reshape(grid)
    rows, columns = (_regions(*each) for each in zip(padded, sides, shifts))
    tokens = _partitioned(np.roll(tokens, [-s for s in shifts], (0, 1)), sides)  # nW x L
    region = np.where(tokens == count, -1, _partitioned(3 * rows[:, None] + columns, sides))
    order = tokens.reshape(-1)
    apart = region[:, :, None] != region[:, None]
    mask = np.where(apart, APART, 0).astype(np.float32) if apart.any() else None
    return order, order.argsort(kind='stable')[:count], mask, tokens.shape[1]


def _regions(side, window, shift):
    """(side,): 0, 1 or 2, what stays together after a shift along one axis."""
    position = np.arange(side)
    if not shift:
        return np.zeros_like(position)
    return (position >= side - window).astype(int) + (position >= side - shift)


def _partitioned(x, sides):
    """(H, W) -> (nW, L)."""
    x = x.reshape(x.shape[0] // sides[0], sides[0], x.shape[1] // sides[1], sides[1])
    return x.swapaxes(1, 2).reshape(-1, sides[0] * sides[1])
