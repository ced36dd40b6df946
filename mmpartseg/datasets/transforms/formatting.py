"""From the results of a pipeline to what the model takes."""
from collections.abc import Sequence
from typing import Any

import numpy as np
from mmcv.transforms import to_tensor
from mmengine.structures import PixelData
from mmseg.datasets.transforms import PackSegInputs
from mmseg.registry import TRANSFORMS


@TRANSFORMS.register_module()
class PackPartSegInputs(PackSegInputs):
    """mmseg's ``PackSegInputs`` with the object maps and the sample's vocabulary added.

    ``inputs`` is (3, H, W); ``data_samples`` has ``gt_sem_seg``, ``gt_object_seg`` and
    ``pred_object_seg``, whose ``data`` is (1, H, W) int64, as far as the sample has these maps.

    Args:
        meta_keys (Sequence[str]): what goes into the metainfo; ``taxonomy`` is the vocabulary of the
            sample's labels, for joint training; ``sample_name`` its path below the image folder, for
            the names of outputs; ``object_id`` the object of a :class:`PerObjectDataset`; ``picture`` and
            ``refine`` those of :class:`KeepPicture`.

    Raises:
        ValueError: a transform changed one of part map and object map and not the other; names the
            sample.
    """
    META_KEYS = ('img_path', 'seg_map_path', 'ori_shape', 'img_shape', 'pad_shape', 'scale_factor',
                 'flip', 'flip_direction', 'reduce_zero_label', 'taxonomy', 'stored_objects', 'sample_name',
                 'object_id', 'picture', 'refine')
    OBJECT_FIELDS = {'gt_object_map': 'gt_object_seg', 'pred_object_map': 'pred_object_seg'}

    def __init__(self, meta_keys: Sequence[str] = META_KEYS) -> None:
        super().__init__(meta_keys)

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Needs what the loading transforms add."""
        if {'gt_seg_map', 'gt_object_map'} <= results.keys() and not results.get('stored_objects'):
            check_together(results)
        packed = super().transform(results)
        for key in self.OBJECT_FIELDS.keys() & results.keys():
            objects = to_tensor(results[key][None].astype(np.int64))
            packed['data_samples'].set_data({self.OBJECT_FIELDS[key]: PixelData(data=objects)})
        return packed


def check_together(results: dict[str, Any]) -> None:
    """ValueError unless each labelled pixel shows its part's object, as it does when maps are loaded.

    Transforms that know ``gt_seg_map`` alone (mmcv's ``Pad`` and ``CenterCrop``, mmseg's ``Albu``) move
    it away from the object map.
    """
    parts, objects = results['gt_seg_map'], results['gt_object_map']
    problem = None
    if parts.shape != objects.shape:
        problem = f'their shapes are {parts.shape} and {objects.shape}'
    elif 'label_tables' in results:
        tables = results['label_tables']
        strays = (tables.object_of.take(parts, mode='clip') != objects) & (parts < tables.num_classes)
        if strays.any():
            problem = f'they disagree in {np.count_nonzero(strays)} pixels'
    if problem:
        raise ValueError(f"part map and object map of '{results.get('img_path')}' do not go together any "
                         f"more, {problem}: a transform changed one of them. Use those that go through "
                         "`seg_fields`, such as mmseg's RandomResize, RandomCrop and RandomFlip, and "
                         'ResizePartSeg and PadPartSeg')
