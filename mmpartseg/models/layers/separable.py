"""Resizing whose gradient has a deterministic form on every device.

torch's own bicubic interpolation and adaptive pooling have none on GPUs. Both work on rows and columns
in turn, so each is two small matrix products.
"""
import torch
import torch.nn.functional as F

from .precision import without_autocast


def separable(x, size, resize):
    """``resize(x, size)`` of a linear map that treats rows and columns apart.

    Args:
        x (Tensor): (N, C, h, w).
        size (tuple[int, int]): (H, W).
        resize (callable): ``(maps, size) -> maps``, such as bilinear interpolation.

    Returns:
        Tensor: (N, C, H, W).
    """
    dtype = torch.promote_types(x.dtype, torch.float32)
    with torch.no_grad():  # what becomes of each pixel of a column
        rows, columns = (
            resize(torch.eye(old, dtype=dtype, device=x.device)[None, :, :, None], (new, 1))[0, :, :, 0].to(x)
            for old, new in zip(x.shape[2:], size))
    with without_autocast(x.device.type):
        return rows.T @ x @ columns


def bicubic(x, size):
    """Bicubic interpolation, align_corners=False: (N, C, h, w) -> (N, C, H, W)."""
    return separable(x, size, lambda maps, s: F.interpolate(maps, s, mode='bicubic', align_corners=False))


def bilinear(x, size):
    """Bilinear interpolation, align_corners=False: (N, C, h, w) -> (N, C, H, W)."""
    return separable(x, size, lambda maps, s: F.interpolate(maps, s, mode='bilinear', align_corners=False))


def averaged(x, size):
    """Adaptive average pooling: (N, C, h, w) -> (N, C, H, W)."""
    return separable(x, size, F.adaptive_avg_pool2d)
