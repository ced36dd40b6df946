"""Keeps the attention of different parts apart (Eqs. 7 and 8)."""
import torch.nn.functional as F
from mmseg.registry import MODELS
from torch import nn

from .attention_maps import min_max, smooth


def separation_loss(attention, threshold=0.3, temperature=0.1):
    """Share of attended tokens that more than one class attends, over |C|; mean over images.

    The value is that of the thresholded maps. Thresholding has no gradient, so the backward pass
    takes each token's B of Eq. 7 for a coin that shows 1 with probability
    ``sigmoid((A_norm - threshold) / temperature)`` and differentiates the expected numbers of
    tokens in Eq. 8 (straight-through).

    Args:
        attention (ClassAttention): maps and masks.
        threshold (float): γ of Eq. 7, on maps scaled to 0…1.
        temperature (float): of the relaxation, in units of the scaled map.

    Returns:
        Tensor: scalar in 0…1; images without a class count zero.
    """
    maps = smooth(min_max(attention.maps)).flatten(2)  # N x K x hw
    present = attention.present[:, :, None]

    count = ((maps.detach() >= threshold) & present).sum(1)  # N x hw
    hard = _share((count > 1).to(maps.dtype), (count >= 1).to(maps.dtype), present)

    logit = (maps - threshold) / temperature
    log_none = (F.logsigmoid(-logit) * present).sum(1)
    none = log_none.exp()
    one = ((logit + log_none[:, None]).exp() * present).sum(1)
    soft = _share(1 - none - one, 1 - none, present)
    return hard + soft - soft.detach()


def _share(overlap, union, present):
    """Eq. 8 from per-token values (N, hw) and ``present`` (N, K, 1), averaged over images."""
    overlap, union = overlap.sum(1), union.sum(1)
    classes = present.sum((1, 2)).clamp(min=1)
    share = overlap / union.masked_fill(union == 0, 1) / classes
    return share.sum() / max(len(share), 1)


@MODELS.register_module()
class SeparationLoss(nn.Module):
    """:func:`separation_loss` times ``loss_weight`` (λ_sep of Eq. 10)."""

    def __init__(self, loss_weight=0.1, threshold=0.3, temperature=0.1):
        super().__init__()
        self.loss_weight = loss_weight
        self.threshold = threshold
        self.temperature = temperature

    def forward(self, attention):
        return self.loss_weight * separation_loss(attention, self.threshold, self.temperature)
