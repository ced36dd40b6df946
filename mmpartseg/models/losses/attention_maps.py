"""Attention maps of the object-specific parts in an image (Eq. 6).

No size depends on labels, so that an accelerator is not waited for.
"""
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from ..layers.precision import without_autocast


class ClassAttention(NamedTuple):
    """Attention of every class in every image; an image shows the classes whose mask is not empty.

    Attributes:
        maps (Tensor): (N, K, h, w), Eq. 6; those of absent classes count nowhere.
        masks (Tensor): (N, K, h, w) bool, where the class is at the token resolution.
    """
    maps: Tensor
    masks: Tensor

    @property
    def present(self):
        """(N, K) bool."""
        return self.masks.flatten(2).any(2)


def token_labels(part_map, grid, num_classes, ignore_index):
    """(N, H, W) int64 -> (N, h, w): the class of each token, by nearest neighbour; -1 for none."""
    labels = F.interpolate(part_map[:, None].float(), size=tuple(grid), mode='nearest')[:, 0].long()
    return labels.masked_fill((labels == ignore_index) | (labels >= num_classes), -1)


def class_masks(labels, num_classes):
    """(N, h, w) of :func:`token_labels` -> (N, K, h, w) bool."""
    return labels[:, None] == torch.arange(num_classes, device=labels.device)[:, None, None]


def class_attention_maps(attention, masks):
    """Eq. 6: the mean over the tokens of a mask of their attention to every token.

    Args:
        attention (Tensor): (N, hw, hw), ``A_obj + A_part`` of each token, the row of its own class.
        masks (Tensor): (N, K, h, w) bool, or weights of the tokens from 0 on.

    Returns:
        Tensor: (N, K, h, w), float32 at least: the losses compare small differences of these. Zero
        for an empty mask.
    """
    attention = attention.to(torch.promote_types(attention.dtype, torch.float32))
    weight = masks.flatten(2).to(attention.dtype)
    total = weight.sum(2, keepdim=True)
    weight = weight / total.masked_fill(total == 0, 1)
    with without_autocast(attention.device.type):
        return torch.bmm(weight, attention).unflatten(2, masks.shape[2:])


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
    mode = 'reflect' if min(maps.shape[-2:]) > size // 2 else 'replicate'
    with without_autocast(maps.device.type):
        padded = F.pad(maps.flatten(0, -3)[:, None], [size // 2] * 4, mode=mode)
        return F.conv2d(padded, kernel.outer(kernel)[None, None]).view_as(maps)
