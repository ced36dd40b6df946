"""Boundaries of the regions of a label map, for Boundary IoU (Cheng et al., CVPR 2021).

Boundary IoU of a class is the IoU of the boundary pixels of its annotated region and those of its
predicted region. A region's boundary is what an erosion by 2 % of the image diagonal removes; the
outside of the image does not belong to any region.
"""
import math

import torch
import torch.nn.functional as F


def erosion_radius(height: int, width: int, ratio: float = 0.02) -> int:
    """Pixels that the erosion removes: ``ratio`` of the image diagonal, rounded, at least 1."""
    return max(1, round(ratio * math.hypot(height, width)))


def boundary_map(label_map: torch.Tensor, background: int, ratio: float = 0.02) -> torch.Tensor:
    """Keep the labels of boundary pixels and set all others to ``background``.

    Args:
        label_map (Tensor): (H, W) ids; each id is one region.
        background (int): the id that has no boundary, and that marks interior pixels.
        ratio (float): erosion radius (square window) as a share of the image diagonal.

    Returns:
        Tensor: (H, W), dtype and device of ``label_map``.
    """
    height, width = label_map.shape
    radius = erosion_radius(height, width, ratio)
    size, outside = 2 * radius + 1, -1
    padded = F.pad(label_map.long(), (radius,) * 4, value=outside)
    # A pixel's window holds one region when no two neighbours in it differ.
    differs = _any_in_windows(padded[:, 1:] != padded[:, :-1], size, size - 1)
    differs |= _any_in_windows(padded[1:] != padded[:-1], size - 1, size)
    return torch.where(differs, label_map, background)


def _any_in_windows(flags: torch.Tensor, height: int, width: int) -> torch.Tensor:
    """Whether a flag is set in each height x width window that lies inside."""
    return _any_in_rows(_any_in_rows(flags, width).T, height).T


def _any_in_rows(flags: torch.Tensor, width: int) -> torch.Tensor:
    sums = F.pad(flags.int(), (1, 0)).cumsum(-1)
    return sums[:, width:] > sums[:, :-width]


def released_boundary_map(label_map: torch.Tensor, ratio: float = 0.02) -> torch.Tensor:
    """The boundary of the released implementation: each id minus the smallest id around it.

    It erodes the label map as if ids were grey values. A pixel keeps its id only beside id 0 or
    the image's edge; beside another class it gets the *difference* of two ids, which is a third
    class, and every interior pixel becomes class 0. :func:`boundary_map` treats each class as a
    region instead, so the scores differ; this one serves to check against released numbers.

    Args:
        label_map (Tensor): (H, W) ids, background included.
        ratio (float): erosion radius (square window) as a share of the image diagonal.

    Returns:
        Tensor: (H, W), dtype and device of ``label_map``.
    """
    height, width = label_map.shape
    radius = erosion_radius(height, width, ratio)
    padded = F.pad(label_map[None, None].float(), (radius,) * 4)
    window = 2 * radius + 1
    smallest = -F.max_pool2d(F.max_pool2d(-padded, (window, 1), 1), (1, window), 1)
    return label_map - smallest[0, 0].to(label_map.dtype)
