"""From the results of a pipeline to what the model takes."""
import numpy as np
from mmcv.transforms import to_tensor
from mmengine.structures import PixelData
from mmseg.datasets.transforms import PackSegInputs
from mmseg.registry import TRANSFORMS


@TRANSFORMS.register_module()
class PackPartSegInputs(PackSegInputs):
    """mmseg's ``PackSegInputs`` with the object map added.

    ``inputs`` is (3, H, W); ``data_samples`` has ``gt_sem_seg`` and ``gt_object_seg``, whose
    ``data`` is (1, H, W) int64, as far as the sample has label maps. Arguments as of
    ``PackSegInputs``.
    """

    def transform(self, results):
        """Needs what the loading transforms add."""
        packed = super().transform(results)
        if 'gt_object_map' in results:
            objects = to_tensor(results['gt_object_map'][None].astype(np.int64))
            packed['data_samples'].gt_object_seg = PixelData(data=objects)
        return packed
