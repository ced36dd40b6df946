"""Regions of a mask as polygons that other programs fill to the same pixels."""
from collections.abc import Iterator

import cv2
import numpy as np


def solid_pieces(mask: np.ndarray) -> Iterator[tuple[np.ndarray, tuple[int, int]]]:
    """Connected regions without holes that together are the mask; one with holes is cut in rows.

    Args:
        mask (ndarray): (H, W) bool.

    Yields:
        tuple: an (h, w) bool mask, and the (x, y) of its first pixel in the whole.
    """
    count, regions, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)
    for i in range(1, count):
        x, y, width, height = (int(v) for v in stats[i, :4])
        region = regions[y:y + height, x:x + width] == i
        row = _row_of_a_hole(region)
        if row is None:
            yield region, (x, y)
            continue
        for first, half in ((0, region[:row]), (row, region[row:])):
            for piece, (left, top) in solid_pieces(half):
                yield piece, (x + left, y + first + top)


def _row_of_a_hole(region):
    """A row through the middle of a hole; None if there is none."""
    outside = np.pad(~region, 1, constant_values=True).astype(np.uint8)
    count, areas, stats, _ = cv2.connectedComponentsWithStats(outside, connectivity=4)
    holes = [i for i in range(1, count) if i != areas[0, 0]]
    if not holes:
        return None
    middle = stats[holes[len(holes) // 2]]  # in reading order: the halves have as many each
    return int(middle[cv2.CC_STAT_TOP] + middle[cv2.CC_STAT_HEIGHT] // 2) - 1  # without the padding


def edge_polygons(mask: np.ndarray) -> list[list[int]]:
    """Outlines along the edges between pixels: COCO's, where pixel (x, y) reaches to (x + 1, y + 1).

    Args:
        mask (ndarray): (H, W) bool.

    Returns:
        list[list[int]]: ``[x, y, x, y, …]`` each; filled, they are the mask.
    """
    return [_edges(piece, corner) for piece, corner in solid_pieces(mask)]


def _edges(piece, corner):
    # in a picture of twice the size the outline's points tell on which side of a pixel they are
    double = np.kron(piece, np.ones((2, 2), np.uint8)).astype(np.uint8)
    (outline, ), _ = cv2.findContours(double, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    points = (outline[:, 0] + 1) // 2 + corner
    return points[(points != np.roll(points, 1, 0)).any(1)].ravel().tolist()


def centre_polygons(mask: np.ndarray) -> list[list[list[int]]]:
    """Outlines through the centres of the outer pixels: labelme's, and OpenCV's ``fillPoly``.

    Args:
        mask (ndarray): (H, W) bool.

    Returns:
        list[list[list[int]]]: ``[[x, y], …]`` each; filled with their outlines, they are the mask.
    """
    polygons = []
    for piece, corner in solid_pieces(mask):
        (outline, ), _ = cv2.findContours(piece.astype(np.uint8), cv2.RETR_EXTERNAL,
                                          cv2.CHAIN_APPROX_SIMPLE)
        polygons.append((outline[:, 0] + corner).tolist())
    return polygons
