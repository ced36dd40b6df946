"""Resizing and padding for every label map of a sample, whatever its type."""
from collections.abc import Sequence
from typing import Any

import mmcv
import numpy as np
import torch
import torch.nn.functional as F
from mmcv.transforms import Pad, Resize
from mmseg.registry import TRANSFORMS
from PIL import Image


def resize_nearest(labels: np.ndarray, size: Sequence[int]) -> np.ndarray:
    """Resize a label map through Pillow to the value at the nearest pixel centre.

    Args:
        labels (ndarray): (H, W), any integer type of up to 32 bits.
        size (tuple[int]): new height and width.

    Returns:
        ndarray: of shape ``size`` and the same type.
    """
    image = Image.fromarray(labels.astype(np.int32))
    resized = image.resize((size[1], size[0]), Image.Resampling.NEAREST)
    return np.asarray(resized).astype(labels.dtype)


def resize_floor(labels: np.ndarray, size: Sequence[int]) -> np.ndarray:
    """:func:`resize_nearest` as torch does it: the pixel that the new one's corner lies in, rounded down."""
    maps = torch.from_numpy(labels.astype(np.float64))[None, None]
    return F.interpolate(maps, tuple(size), mode='nearest')[0, 0].numpy().astype(labels.dtype)


@TRANSFORMS.register_module()
class ResizePartSeg(Resize):
    """mmcv's ``Resize`` for label maps of any type.

    With ``backend='pillow'``, which the antialiased input of the method needs, mmcv resizes 8-bit
    maps only, too little for 256 classes and more.

    Args:
        floor_labels (bool): take label pixels by their corner instead of their centre, as the released
            training does.

    The other arguments are those of ``Resize``.
    """

    def __init__(self, *args: Any, floor_labels: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.resize_labels = resize_floor if floor_labels else resize_nearest

    def _resize_seg(self, results):
        for key in results.get('seg_fields', []):
            results[key] = self.resize_labels(results[key], results['img_shape'])


@TRANSFORMS.register_module()
class PadPartSeg(Pad):
    """mmcv's ``Pad`` for every label map, which are padded with the dataset's ignore index.

    mmcv pads ``gt_seg_map`` alone.

    Args:
        size (tuple[int], optional): fixed width and height.
        size_divisor (int, optional): pad to multiples of it; one of the two is given.
        pad_val (int): for the image.
    """

    def __init__(self, size: tuple[int, int] | None = None, size_divisor: int | None = None,
                 pad_val: float = 0) -> None:
        super().__init__(size=size, size_divisor=size_divisor, pad_val={'img': pad_val})

    def _pad_seg(self, results):
        for key in results.get('seg_fields', []):
            results[key] = mmcv.impad(results[key], shape=results['pad_shape'][:2],
                                      pad_val=results['label_tables'].ignore_index)
