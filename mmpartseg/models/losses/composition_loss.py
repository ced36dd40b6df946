"""Parts that belong to an object look like the object (PartCATSeg, "structural composition")."""
import torch
from mmseg.registry import MODELS
from torch import nn


def object_probabilities(class_cosines, object_of):
    """Softmax over the classes, summed for each object, background to background.

    Args:
        class_cosines (Tensor): (N, K + 1, L), background last.
        object_of (Tensor): (K,) object of each class.

    Returns:
        Tensor: (N, O + 1, L).
    """
    probabilities = class_cosines.softmax(1)
    num_objects = int(object_of.max()) + 1
    target = torch.cat([object_of, object_of.new_tensor([num_objects])])
    total = probabilities.new_zeros(len(probabilities), num_objects + 1, probabilities.shape[2])
    return total.index_add(1, target, probabilities)


def composition_loss(class_cosines, object_cosines, object_of):
    """Jensen–Shannon divergence, at every token, of objects seen through their parts and directly.

    Args:
        class_cosines (Tensor): (N, K + 1, L) cosines of the classes' prompts, background last.
        object_cosines (Tensor): (N, O + 1, L) cosines of the objects' names.
        object_of (Tensor): (K,) object of each class.

    Returns:
        Tensor: scalar, 0 to ln 2, float32 at least: the mean over images and tokens; zero without an image.
    """
    precise = torch.promote_types(class_cosines.dtype, torch.float32)  # the two differ by little
    first = object_probabilities(class_cosines.to(precise), object_of)
    second = object_cosines.to(precise).softmax(1)
    log_mixture = ((first + second) / 2).log()
    divergence = sum((p * (p.log() - log_mixture)).sum() for p in (first, second)) / 2
    return divergence / max(first.shape[0] * first.shape[2], 1)


@MODELS.register_module()
class CompositionLoss(nn.Module):
    """:func:`composition_loss` times ``loss_weight``."""

    def __init__(self, loss_weight=1.0):
        super().__init__()
        self.loss_weight = loss_weight

    def forward(self, class_cosines, object_cosines, object_of):
        return self.loss_weight * composition_loss(class_cosines, object_cosines, object_of)
