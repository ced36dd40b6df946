"""The focal loss of masks, without a compiled op on any device."""
import torch
from mmseg.registry import MODELS
from torch import nn
from torch.nn import functional as F


def mask_focal_loss(logits, target, gamma=2.0, alpha=0.25):
    """Focal loss of each pixel (Lin et al., 2017).

    Args:
        logits, target (Tensor): of one shape; the target is 1 in the mask and 0 elsewhere.
        gamma (float): how little sure pixels count.
        alpha (float): weight of the mask, 1 − alpha that of the rest.

    Returns:
        Tensor: of the same shape.
    """
    target = target.to(logits.dtype)
    sure = torch.sigmoid(logits)
    wrong = torch.lerp(sure, 1 - sure, target)
    weight = torch.lerp(torch.full_like(target, 1 - alpha), torch.full_like(target, alpha), target)
    return weight * wrong**gamma * F.binary_cross_entropy_with_logits(logits, target, reduction='none')


@MODELS.register_module()
class MaskFocalLoss(nn.Module):
    """``loss_mask`` of MaskFormer heads: mmdet's ``FocalLoss`` needs a compiled op on a GPU, this none.

    Args:
        gamma, alpha (float): see :func:`mask_focal_loss`.
        loss_weight (float): factor.
    """

    def __init__(self, gamma=2.0, alpha=0.25, loss_weight=1.0):
        super().__init__()
        self.gamma, self.alpha, self.loss_weight = gamma, alpha, loss_weight

    def forward(self, logits, target, avg_factor):
        """
        Args:
            logits (Tensor): (n, 1).
            target (Tensor): (n,) class of each pixel as mmdet has it: 0 in the mask, 1 elsewhere.
            avg_factor (float | Tensor): what the sum is divided by.

        Returns:
            Tensor: a scalar.
        """
        loss = mask_focal_loss(logits[:, 0], 1 - target, self.gamma, self.alpha)
        return self.loss_weight * loss.sum() / avg_factor
