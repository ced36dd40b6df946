"""Sizes of pieces that do not let a result depend on how much there is besides.

For few rows, BLAS and oneDNN take other kernels, which round otherwise; so do torch's resizing, for few
channels, and its means. A label map must be the same whichever classes are decoded beside its own.
"""
import torch
import torch.nn.functional as F

ROWS = 16  # of a linear layer on conditions


def even_size(count, most):
    """The size of pieces of at most ``most``, as few and as even as possible: no piece is tiny.

    >>> [even_size(count, 16) for count in (5, 16, 17, 40)]
    [5, 16, 9, 14]
    """
    return -(-count // max(1, -(-count // most)))


def linear_by_rows(layer, x):
    """``layer(x)`` of (n, D), on as many rows at a time whatever n is.

    Args:
        layer (nn.Linear): D to F.
        x (Tensor): (n, D).

    Returns:
        Tensor: (n, F).
    """
    padded = F.pad(x, (0, 0, 0, -len(x) % ROWS))
    return torch.cat([layer(rows) for rows in padded.split(ROWS)])[:len(x)]


def each_resized(maps, size):
    """Every map for itself, bilinear (align_corners=False): (N, C, h, w) -> (N, C, H, W)."""
    alone = F.interpolate(maps.flatten(0, 1)[:, None], tuple(size), mode='bilinear')
    return alone.view(*maps.shape[:2], *alone.shape[2:])


def mean_of(tensors):
    """The mean of tensors of one shape, in float32 at least: every number for itself."""
    dtype = tensors[0].dtype
    precise = torch.promote_types(dtype, torch.float32)
    return (sum(each.to(precise) for each in tensors) / len(tensors)).to(dtype)
