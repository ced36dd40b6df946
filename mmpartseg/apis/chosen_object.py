"""What a click or a box on a picture means: an object, and where it is."""
import math
from collections.abc import Sequence

import cv2
import numpy as np

from ..taxonomy import PartTaxonomy
from .object_map import object_called


def chosen_object(label_map: np.ndarray, taxonomy: PartTaxonomy, box: Sequence[float],
                  name: str | None = None) -> tuple[str, np.ndarray] | tuple[None, None]:
    """The object at a point or in a box, for Oracle-Obj.

    A point means the connected region of its object in the object map. A box means the object that has most
    pixels in it, and those pixels; one that is named and has none there is taken to fill the box.

    Args:
        label_map (ndarray): (H, W) int64 of Pred-All, 0…K-1; all else is background.
        taxonomy (PartTaxonomy): the K classes.
        box (Sequence[float]): x, y, x, y of two corners in pixels; twice the same is a point.
        name (str, optional): the object, if a person has said it.

    Returns:
        tuple[str, ndarray] | tuple[None, None]: the object and its (H, W) bool mask; None for both where no
        object was found.

    Raises:
        ValueError: no four numbers, or an object that the vocabulary does not have.
    """
    left, top, right, bottom = corners(box, label_map.shape)
    objects = np.append(taxonomy.object_of, len(taxonomy.objects))[label_map.clip(0, len(taxonomy))]
    inside = np.zeros(label_map.shape, bool)
    inside[top:bottom + 1, left:right + 1] = True
    counts = np.bincount(objects[inside], minlength=len(taxonomy.objects) + 1)[:-1]
    is_point = list(box[:2]) == list(box[2:])
    if name is not None:
        chosen = taxonomy.objects.index(object_called(taxonomy, name))
    elif not counts.any():
        return None, None
    else:
        chosen = int(counts.argmax())
    if is_point:
        _, regions = cv2.connectedComponents((objects == chosen).astype(np.uint8), connectivity=8)
        region = regions[top, left]
        return (taxonomy.objects[chosen], regions == region) if region else (None, None)
    return taxonomy.objects[chosen], inside & (objects == chosen) if counts[chosen] else inside


def corners(box: Sequence[float], size: tuple[int, int]) -> tuple[int, ...]:
    """Left, top, right and bottom pixel of a box in a picture of (H, W)."""
    if not isinstance(box, (list, tuple)) or len(box) != 4 or not all(
            isinstance(value, (int, float)) and math.isfinite(value) for value in box):
        raise ValueError(f'a box is four numbers, x, y, x, y, got {str(box)[:80]}')
    (left, right), (top, bottom) = sorted(box[::2]), sorted(box[1::2])
    height, width = size
    return tuple(int(min(max(value, 0), most - 1)) for value, most in (
        (left, width), (top, height), (right, width), (bottom, height)))
