"""Attention maps of the object-specific parts in an image (Eq. 6)."""
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from ..layers.precision import without_autocast


class ClassAttention(NamedTuple):
    """Attention of every class in every image; an image shows the classes whose mask is not empty.

    Attributes:
        maps (Tensor): (N, K, h, w), Eq. 6; those of absent classes count nowhere.
        masks (Tensor): (N, K, h, w) bool, the tokens that show the class.
    """
    maps: Tensor
    masks: Tensor

    @property
    def present(self):
        """(N, K) bool."""
        return self.masks.flatten(2).any(2)


def class_attention_maps(attention, masks):
    """Eq. 6: the mean over the tokens of a mask of their attention to every token.

    Args:
        attention (Tensor): (N, hw, hw), ``A_obj + A_part`` of each token, the row of its own class.
        masks (Tensor): (N, K, h, w) bool, or weights of the tokens from 0 on, such as their shares.

    Returns:
        Tensor: (N, K, h, w), float32 at least: the losses compare small differences of these. Zero
        for an empty mask.
    """
    return mean_rows(attention, masks.flatten(2)).unflatten(2, masks.shape[2:])


def mean_rows(attention, weights):
    """:func:`class_attention_maps` from rows of any tokens: (N, T, hw), (N, K, T) -> (N, K, hw)."""
    attention = attention.to(torch.promote_types(attention.dtype, torch.float32))
    weights = weights.to(attention.dtype)
    total = weights.sum(2, keepdim=True)
    weights = weights / total.masked_fill(total == 0, 1)
    with without_autocast(attention.device.type):
        return torch.bmm(weights, attention)


def min_max(maps, eps=1e-6):
    """Each (h, w) map of (…, h, w) scaled to 0…1; one that varies by less than ``eps`` stays below.

    Without the bound, a map that is constant but for rounding would be blown up to 0…1.
    """
    low, high = maps.amin((-2, -1), keepdim=True), maps.amax((-2, -1), keepdim=True)
    return (maps - low) / (high - low).clamp(min=eps)


def smooth(maps, size=3, sigma=0.5):
    """Gaussian filter on (…, h, w), reflecting at the border (replicating where h or w is 1)."""
    offsets = torch.arange(size, device=maps.device, dtype=maps.dtype) - size // 2
    kernel = torch.exp(-offsets**2 / (2 * sigma**2))
    kernel = kernel / kernel.sum()
    with without_autocast(maps.device.type):
        padded = with_border(maps, size // 2).flatten(0, -3)[:, None]
        return F.conv2d(padded, kernel.outer(kernel)[None, None]).view_as(maps)


def with_border(maps, width):
    """(…, h, w) -> (…, h + 2·width, w + 2·width), reflecting (replicating where h or w is too small).

    The gradient of torch's own reflection has no deterministic form on GPUs.
    """
    reflects = min(maps.shape[-2:]) > width
    for dim in (-2, -1):
        start, shape = int(reflects), [-1] * maps.dim()
        taken = width if reflects else 1
        sides = [maps.narrow(dim, i, taken).flip(dim) for i in (start, maps.shape[dim] - start - taken)]
        if not reflects:
            shape[dim] = width
            sides = [side.expand(shape) for side in sides]
        maps = torch.cat([sides[0], maps, sides[1]], dim)
    return maps
