"""Masks and label maps. A pixel that nothing covers holds the largest value of the map's type."""
import functools
from collections.abc import Sequence
from typing import Any

import numpy as np
from pycocotools import mask as coco_mask

from mmpartseg.taxonomy import PartTaxonomy, load_metainfo


def ignore_value(dtype: Any) -> int:
    """The stored value of 'no class': 255 in 8-bit maps, 65535 in 16-bit maps."""
    return np.iinfo(dtype).max


def decode_mask(segmentation: list | dict, height: int, width: int, where: str) -> np.ndarray:
    """An (H, W) bool mask from the polygons or the RLE of a COCO annotation.

    Raises:
        ValueError: an RLE that does not decode; ``where`` names the entry.
    """
    try:
        if isinstance(segmentation, list):
            segmentation = coco_mask.merge(coco_mask.frPyObjects(segmentation, height, width))
        elif isinstance(segmentation['counts'], list):
            segmentation = coco_mask.frPyObjects(segmentation, height, width)
        return coco_mask.decode(segmentation).astype(bool)
    except (OverflowError, TypeError, ValueError) as error:
        raise ValueError(f'{where}: the segmentation does not decode ({error})') from error


def decode_instances(instances: Sequence[Any], shape: tuple[int, ...]) -> tuple[list[np.ndarray], list[str]]:
    """Masks of instances, and warnings for those that cover no pixel."""
    masks = [decode_mask(i.segmentation, shape[0], shape[1], i.where) for i in instances]
    return masks, [f'{i.where}: covers no pixel' for i, m in zip(instances, masks) if not m.any()]


def paint(shape: tuple[int, ...], masks: Sequence[np.ndarray], ids: Sequence[int],
          dtype: Any = np.uint8) -> np.ndarray:
    """An (H, W) map of ``ids``; where masks overlap the later one wins."""
    labels = np.full(shape, ignore_value(dtype), dtype)
    for mask, index in zip(masks, ids, strict=True):
        labels[mask] = index
    return labels


def paint_large_first(shape: tuple[int, ...], masks: Sequence[np.ndarray], ids: Sequence[int],
                      dtype: Any = np.uint8) -> np.ndarray:
    """An (H, W) map of ``ids``; where masks overlap the smaller one wins (an eye on a head)."""
    order = np.argsort([-np.count_nonzero(mask) for mask in masks], kind='stable')
    return paint(shape, [masks[i] for i in order], [ids[i] for i in order], dtype)


def settle_overlaps(objects: np.ndarray, masks: Sequence[np.ndarray], ids: Sequence[int],
                    owner: np.ndarray) -> np.ndarray:
    """Give pixels that several instances cover to the one whose part is labelled there.

    Args:
        objects (ndarray): (H, W) painted object map, changed in place.
        masks, ids (Sequence): the instances and their object ids.
        owner (ndarray): (H, W) of :func:`object_of_pixel`.
    """
    for mask, index in zip(masks, ids, strict=True):
        objects[mask & (owner == index)] = index
    return objects


@functools.cache
def object_of_part(name: str) -> np.ndarray:
    """Object id of each part id of a shipped vocabulary, both as stored in its maps."""
    metainfo = load_metainfo(name)
    taxonomy = PartTaxonomy(metainfo['object_part_classes'])
    return np.array([metainfo['object_classes'].index(taxonomy.objects[o])
                     for o in taxonomy.object_of])


def object_of_pixel(parts: np.ndarray, name: str) -> np.ndarray:
    """(H, W) id of the object whose part each pixel of a part map shows, -1 where it shows none."""
    owners = np.append(object_of_part(name), -1)
    return owners[np.minimum(parts, len(owners) - 1)]
