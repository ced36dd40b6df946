"""Strengthens the attention of the weakest part (Eq. 9)."""
from mmseg.registry import MODELS
from torch import nn


def enhance_loss(attention):
    """One minus the smallest, over classes, of the largest attention inside a class's mask.

    Args:
        attention (ClassAttention): maps (not normalised) and masks.

    Returns:
        Tensor: scalar, the mean over images; images without a class count zero.
    """
    peaks = attention.maps.masked_fill(~attention.masks, 0).amax((2, 3))  # N x K, attention is >= 0
    # an image without a class keeps a 1 and so counts zero
    weakest = peaks.masked_fill(~attention.present, 1).amin(1)
    return (1 - weakest).sum() / max(len(weakest), 1)


@MODELS.register_module()
class EnhanceLoss(nn.Module):
    """:func:`enhance_loss` times ``loss_weight`` (λ_enh of Eq. 10)."""

    def __init__(self, loss_weight=0.01):
        super().__init__()
        self.loss_weight = loss_weight

    def forward(self, attention):
        return self.loss_weight * enhance_loss(attention)
