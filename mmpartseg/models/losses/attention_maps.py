"""Attention maps of the object-specific parts in an image (Eq. 6)."""
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from ..layers.precision import without_autocast


class ClassAttention(NamedTuple):
    """Attention of the M (image, class) pairs that are present at the token resolution.

    Attributes:
        maps (Tensor): (M, h, w), Eq. 6.
        masks (Tensor): (M, h, w) bool, where the class is.
        image_index (Tensor): (M,) the image of each pair.
        num_images (int): N, pairs or not.
    """
    maps: Tensor
    masks: Tensor
    image_index: Tensor
    num_images: int


def present_classes(part_map, num_classes, grid, ignore_index=255):
    """The (image, class) pairs visible at the token resolution.

    Args:
        part_map (Tensor): (N, H, W) class of each pixel, int64.
        grid (tuple[int, int]): (h, w) tokens.

    Returns:
        tuple[Tensor, Tensor, Tensor]: image and class of each pair (M,), masks (M, h, w).
    """
    small = F.interpolate(part_map[:, None].float(), size=tuple(grid), mode='nearest')[:, 0].long()
    labelled = small != ignore_index
    one_hot = F.one_hot(small.masked_fill(~labelled, num_classes), num_classes + 1)
    image, cls = one_hot[..., :num_classes].flatten(1, 2).any(1).nonzero(as_tuple=True)
    return image, cls, small[image] == cls[:, None, None]


def mask_tokens(masks):
    """The tokens of each mask side by side, so that attention is computed for no other.

    Args:
        masks (Tensor): (M, h, w) bool, or weights of the tokens from 0 on; none of them empty.

    Returns:
        tuple[Tensor, Tensor]: (M, r) tokens, r being those of the largest mask; (M, r) their
        weights, float32, 0 for tokens that only fill up.
    """
    weight = masks.flatten(1).float()
    largest = int(weight.count_nonzero(1).max()) if len(masks) else 0
    weight, tokens = weight.topk(largest, dim=1)
    return tokens, weight


def class_attention_maps(attention, weight, grid):
    """Eq. 6: the mean over the tokens of a mask of their attention to every token.

    Args:
        attention (Tensor): (M, r, hw), rows of a class's ``A_obj + A_part``, see :func:`mask_tokens`.
        weight (Tensor): (M, r) of each row in the mean.
        grid (tuple[int, int]): (h, w).

    Returns:
        Tensor: (M, h, w), float32 at least: the losses compare small differences of these.
    """
    attention = attention.to(torch.promote_types(attention.dtype, torch.float32))
    weight = weight.to(attention.dtype)
    weight = weight / weight.sum(1, keepdim=True)
    with without_autocast(attention.device.type):
        return torch.bmm(weight[:, None], attention)[:, 0].unflatten(1, grid)


def min_max(maps, eps=1e-6):
    """Each (h, w) map of (M, h, w) scaled to 0…1; one that varies by less than ``eps`` stays below.

    Without the bound, a map that is constant but for rounding would be blown up to 0…1.
    """
    low, high = maps.amin((1, 2), keepdim=True), maps.amax((1, 2), keepdim=True)
    return (maps - low) / (high - low).clamp(min=eps)


def smooth(maps, size=3, sigma=0.5):
    """Gaussian filter on (M, h, w), reflecting at the border (replicating where h or w is 1)."""
    offsets = torch.arange(size, device=maps.device, dtype=maps.dtype) - size // 2
    kernel = torch.exp(-offsets**2 / (2 * sigma**2))
    kernel = kernel / kernel.sum()
    mode = 'reflect' if min(maps.shape[1:]) > size // 2 else 'replicate'
    with without_autocast(maps.device.type):
        padded = F.pad(maps[:, None], [size // 2] * 4, mode=mode)
        return F.conv2d(padded, kernel.outer(kernel)[None, None])[:, 0]
