"""The focal cost by which MaskFormer matches proposals with masks, finite and exact for every logit."""
import torch
from mmseg.registry import TASK_UTILS

from .mask_focal_loss import mask_focal_loss


@TASK_UTILS.register_module()
class MaskFocalCost:
    """``FocalLossCost`` of mmdet's ``HungarianAssigner`` for masks, from logits.

    mmdet takes the logarithm of a probability plus 1e-12: in float32 a proposal that is surely wrong costs
    the same from logits of 17 on, and steps before that, so that the matching of sure proposals is by chance.
    MaskFormer's own cost, which this is, goes on growing.

    Args:
        gamma, alpha (float): see :func:`mask_focal_loss`.
        weight (float): factor.
    """

    def __init__(self, gamma=2.0, alpha=0.25, weight=1.0):
        self.gamma, self.alpha, self.weight = gamma, alpha, weight

    def __call__(self, pred_instances, gt_instances, img_meta=None):
        """
        Args:
            pred_instances (InstanceData): with ``masks``, logits (n, h, w).
            gt_instances (InstanceData): with ``masks`` of 0 and 1 (m, h, w).
            img_meta (dict | None): not read.

        Returns:
            Tensor: (n, m) mean over the pixels, times the weight.
        """
        logits = pred_instances.masks.flatten(1)
        masks = gt_instances.masks.flatten(1).to(logits.dtype)
        inside = mask_focal_loss(logits, torch.ones_like(logits), self.gamma, self.alpha)
        outside = mask_focal_loss(logits, torch.zeros_like(logits), self.gamma, self.alpha)
        return self.weight * (inside @ masks.T + outside @ (1 - masks).T) / logits.shape[1]
