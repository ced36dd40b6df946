"""Samples of one object."""
from typing import Any

import numpy as np
from mmcv.transforms import BaseTransform
from mmseg.registry import TRANSFORMS


@TRANSFORMS.register_module()
class KeepObject(BaseTransform):
    """Leave the sample's own object in the label maps of a ``PerObjectDataset``.

    Parts of other objects become unlabelled, their pixels those of no object.

    Args:
        released_object_table (bool): look object ids up in the table of part ids, as the released
            ZSSeg+ does in training: an object whose id does not survive that loses its mask and keeps
            its parts (horse, person, pottedplant, train and tvmonitor of Pascal-Part-116).
    """

    def __init__(self, released_object_table: bool = False) -> None:
        self.released_object_table = released_object_table

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Needs ``object_id``, ``label_tables``, ``gt_seg_map`` and ``gt_object_map``; changes both maps."""
        obj, tables = results['object_id'], results['label_tables']
        parts, objects = results['gt_seg_map'], results['gt_object_map']
        other = objects != obj
        nothing = objects.dtype.type(tables.num_objects)
        results['gt_seg_map'] = np.where(other, parts.dtype.type(tables.ignore_index), parts)
        lost = self.released_object_table and self._is_lost(obj, tables)
        results['gt_object_map'] = np.where(other | lost, nothing, objects)
        if lost:
            results['stored_objects'] = True  # they do not follow from the parts
        return results

    @staticmethod
    def _is_lost(obj, tables):
        stored = tables.objects.targets.index(obj)
        return stored >= len(tables.parts.targets) or tables.parts.targets[stored] != stored


@TRANSFORMS.register_module()
class RequirePart(BaseTransform):
    """Make nothing of a sample without a labelled part, for instance after cropping."""

    def transform(self, results: dict[str, Any]) -> dict[str, Any] | None:
        """Needs ``gt_seg_map`` and ``label_tables``; None where no pixel is labelled."""
        labelled = results['gt_seg_map'] != results['label_tables'].ignore_index
        return results if labelled.any() else None
