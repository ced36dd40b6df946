"""What the released training does to pictures, for configs that repeat it."""
from typing import Any

from mmcv.transforms import BaseTransform
from mmseg.registry import TRANSFORMS


@TRANSFORMS.register_module()
class SwapRedAndBlue(BaseTransform):
    """Exchange the first and the last channel of the image.

    The published weights were trained so, by oversight, and are tested without.
    """

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Needs ``img`` (H, W, 3)."""
        results['img'] = results['img'][..., ::-1].copy()
        return results
