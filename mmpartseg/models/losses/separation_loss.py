"""Keeps the attention of different parts apart (Eqs. 7 and 8)."""
import torch
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
        attention (ClassAttention): maps of the classes present in each image.
        threshold (float): γ of Eq. 7, on maps scaled to 0…1.
        temperature (float): of the relaxation, in units of the scaled map.

    Returns:
        Tensor: scalar in 0…1; images without a class count zero.
    """
    maps = smooth(min_max(attention.maps)).flatten(1)  # M x hw
    image, n = attention.image_index, attention.num_images
    empty = maps.new_zeros(n, maps.shape[1])  # N x hw

    count = empty.index_add(0, image, (maps.detach() >= threshold).to(maps.dtype))
    hard = _share(count > 1, count >= 1, attention)

    logit = (maps - threshold) / temperature
    log_none = empty.index_add(0, image, F.logsigmoid(-logit))
    none = log_none.exp()
    one = empty.index_add(0, image, (logit + log_none[image]).exp())
    soft = _share(1 - none - one, 1 - none, attention)
    return hard + soft - soft.detach()


def _share(overlap, union, attention):
    """Eq. 8 from per-token values (N, hw), averaged over images."""
    overlap, union = overlap.sum(1), union.sum(1)
    classes = torch.bincount(attention.image_index, minlength=attention.num_images).clamp(min=1)
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
