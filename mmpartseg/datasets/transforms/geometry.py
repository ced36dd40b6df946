"""Resizing and padding for every label map of a sample, whatever its type."""
import mmcv
import numpy as np
from mmcv.transforms import Pad
from mmseg.datasets.transforms import Resize
from mmseg.registry import TRANSFORMS
from PIL import Image


def resize_nearest(labels, size):
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


@TRANSFORMS.register_module()
class ResizePartSeg(Resize):
    """mmseg's ``Resize`` for label maps of any type.

    With ``backend='pillow'``, which the antialiased input of the method needs, mmcv resizes 8-bit
    maps only, too little for 256 classes and more. Arguments as of ``Resize``.
    """

    def _resize_seg(self, results):
        for key in results.get('seg_fields', []):
            results[key] = resize_nearest(results[key], results['img_shape'])


@TRANSFORMS.register_module()
class PadPartSeg(Pad):
    """mmcv's ``Pad`` for every label map, which are padded with the dataset's ignore index.

    mmcv pads ``gt_seg_map`` alone.

    Args:
        size (tuple[int], optional): fixed width and height.
        size_divisor (int, optional): pad to multiples of it; one of the two is given.
        pad_val (int): for the image.
    """

    def __init__(self, size=None, size_divisor=None, pad_val=0):
        super().__init__(size=size, size_divisor=size_divisor, pad_val={'img': pad_val})

    def _pad_seg(self, results):
        for key in results.get('seg_fields', []):
            results[key] = mmcv.impad(results[key], shape=results['pad_shape'][:2],
                                      pad_val=results['label_tables'].ignore_index)
