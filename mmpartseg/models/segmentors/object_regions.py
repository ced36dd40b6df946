"""The connected regions of objects in a picture, and the crops from which they are seen closer."""
from typing import NamedTuple

import cv2
import numpy as np

CONTEXT = 0.1  # of a region's box, on each side of it
SPECK = 0.1  # of an object's largest region: smaller ones are not looked at again
MOST = 20  # regions of a picture, the largest: a map full of holes costs no more


class Region(NamedTuple):
    """A connected region of one object, and where to look at it.

    Attributes:
        object (int): its index.
        area (tuple[slice, slice]): rows and columns of the crop.
        mask (ndarray): of the crop, (h, w) bool: the region's pixels.
    """
    object: int
    area: tuple
    mask: np.ndarray


def regions_of(objects, num_objects):
    """What is worth a closer look.

    Args:
        objects (ndarray): (H, W) object of each pixel; values outside 0…O-1 mean none.
        num_objects (int): O.

    Returns:
        list[Region]: connected regions of objects, the largest first. Crops have the shape of the picture, so
        that the network sees them distorted as it sees pictures.
    """
    found = []
    for obj in np.unique(objects[(objects >= 0) & (objects < num_objects)]).tolist():
        _, labels, stats, _ = cv2.connectedComponentsWithStats((objects == obj).astype(np.uint8))
        sizes = stats[1:, cv2.CC_STAT_AREA]
        for region in np.flatnonzero(sizes >= SPECK * sizes.max()) + 1:
            area = crop_around(stats[region, :4], objects.shape)
            if area is not None:
                found.append((sizes[region - 1], Region(obj, area, labels[area] == region)))
    found.sort(key=lambda each: -each[0])
    return [region for _, region in found[:MOST]]


def crop_around(box, shape):
    """Rows and columns of a crop around a box (x, y, width, height); None if that is the whole picture."""
    x, y, width, height = box.tolist()
    share = max(width / shape[1], height / shape[0]) * (1 + 2 * CONTEXT)
    if share >= 1:
        return None
    middle = y + height / 2, x + width / 2
    return tuple(_span(centre, max(1, round(share * side)), side) for centre, side in zip(middle, shape))


def _span(centre, length, side):
    start = min(max(round(centre - length / 2), 0), side - length)
    return slice(start, start + length)
