"""What a model needs to look at a picture again."""
from collections.abc import Sequence
from typing import Any

from mmcv.transforms import BaseTransform
from mmseg.registry import TRANSFORMS


@TRANSFORMS.register_module()
class KeepPicture(BaseTransform):
    """Keep the picture as it is loaded, for the model to look at again (``refine`` of its segmentor).

    Args:
        refine (Sequence[str]): of ``'zoom'`` and ``'snap'``.
    """

    def __init__(self, refine: Sequence[str]) -> None:
        self.refine = tuple(refine)

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Needs ``img``; adds ``picture`` and ``refine``."""
        return dict(results, picture=results['img'], refine=self.refine)
