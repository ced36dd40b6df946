"""What a prediction says, in masks by name and in plain values."""
from typing import Any

import cv2
import numpy as np
from mmseg.structures import SegDataSample

from ..taxonomy import object_and_part

SHAPES = ('polygons', 'rle')
LABEL_MAPS = ('pred_sem_seg', 'pred_oracle_sem_seg', 'pred_obj_sem_seg')  # fields of a sample


def label_map_of(sample: SegDataSample) -> np.ndarray:
    """(H, W) int64 array of a SegDataSample: Oracle-Obj where the object was given, else Pred-All."""
    return sample.get(chosen_field(sample)).data[0].cpu().numpy()


def chosen_field(sample: SegDataSample) -> str:
    """The name of the field that :func:`label_map_of` reads."""
    return 'pred_oracle_sem_seg' if 'pred_oracle_sem_seg' in sample else 'pred_sem_seg'


def masks_by_name(sample: SegDataSample) -> dict[str, np.ndarray]:
    """A prediction as masks.

    Args:
        sample (SegDataSample): of :class:`PartSegInferencer`.

    Returns:
        dict[str, ndarray]: an (H, W) bool mask for each class name. Classes without a pixel share
        one read-only mask, so that a large vocabulary needs no memory.
    """
    label_map = label_map_of(sample)
    present = set(np.unique(label_map).tolist())
    empty = np.broadcast_to(np.zeros((), bool), label_map.shape)
    return {name: label_map == i if i in present else empty
            for i, name in enumerate(sample.metainfo['classes'])}


def describe(sample: SegDataSample, shapes: str | None = None) -> dict[str, Any]:
    """A prediction in values that JSON can hold.

    Args:
        sample (SegDataSample): of :class:`PartSegInferencer`.
        shapes (str, optional): ``'polygons'`` (outer and inner outlines, lists of
            ``[x, y, x, y, …]`` through pixel centres) or ``'rle'`` (COCO's uncompressed
            ``{'size': [H, W], 'counts': […]}``, columns first).

    Returns:
        dict: ``protocol`` (``'oracle_obj'`` or ``'pred_all'``), ``height``, ``width``,
        ``background_id`` (K), ``background_pixels`` and ``parts``: for each class with a pixel, in
        the order of ids, ``id``, ``name``, ``object``, ``part``, ``pixels``, ``score`` (mean
        sigmoid score over these pixels, 0 to 1), ``box`` ([x, y, width, height] in pixels), and
        the shape asked for.

    Raises:
        ValueError: unknown ``shapes``.
    """
    if shapes is not None and shapes not in SHAPES:
        raise ValueError(f'shapes must be one of {SHAPES} or None, got {shapes!r}')
    names, label_map = sample.metainfo['classes'], label_map_of(sample)
    pixels = np.bincount(label_map.ravel(), minlength=len(names) + 1)
    boxes, scores = boxes_of(label_map, len(names)), sample.part_scores.tolist()
    parts = []
    for i in np.flatnonzero(pixels[:len(names)]).tolist():
        obj, part = object_and_part(names[i])
        entry = {'id': i, 'name': names[i], 'object': obj, 'part': part, 'pixels': int(pixels[i]),
                 'score': round(scores[i], 6), 'box': boxes[i].tolist()}
        if shapes is not None:
            mask = label_map == i
            entry[shapes] = polygons_of(mask) if shapes == 'polygons' else rle_of(mask)
        parts.append(entry)
    return {
        'protocol': 'oracle_obj' if 'pred_oracle_sem_seg' in sample else 'pred_all',
        'height': label_map.shape[0], 'width': label_map.shape[1],
        'background_id': len(names), 'background_pixels': int(pixels[len(names)]), 'parts': parts}


def boxes_of(label_map: np.ndarray, num_classes: int) -> np.ndarray:
    """The smallest box around each class: (K, 4) int64 x, y, width, height; 0 where absent."""
    extents = []
    for axis in (1, 0):  # x, then y
        lines = np.moveaxis(label_map, axis, 0)
        found = np.zeros((len(lines), num_classes + 1), bool)
        found[np.arange(len(lines))[:, None], lines] = True
        first = found.argmax(0)
        extents.append((first, (len(lines) - found[::-1].argmax(0) - first) * found.any(0)))
    (x, width), (y, height) = extents
    return np.stack([x, y, width, height], 1)[:num_classes]


def polygons_of(mask: np.ndarray) -> list[list[int]]:
    """Outlines of a mask, holes included: lists ``[x, y, x, y, …]`` of pixel centres."""
    outlines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    return [outline.ravel().tolist() for outline in outlines]


def rle_of(mask: np.ndarray) -> dict[str, list[int]]:
    """COCO's uncompressed run-length code of a mask: runs of 0 and 1 in turn, columns first."""
    values = mask.ravel(order='F')
    changes = np.flatnonzero(values[1:] != values[:-1]) + 1
    counts = np.diff(changes, prepend=0, append=len(values)).tolist()
    return {'size': list(mask.shape), 'counts': [0, *counts] if values[0] else counts}
