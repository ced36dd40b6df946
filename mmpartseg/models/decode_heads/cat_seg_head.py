"""CATSeg on part names: one of the paper's baselines."""
from typing import NamedTuple

import torch
from mmseg.registry import MODELS
from torch import Tensor

from ..layers.cost import cost_volume
from ..layers.cost.cost_volume import likeliest_classes
from .base_cost_head import BaseCostHead

OUT = -100.  # logit of a class that is not looked at


class CATSegOutput(NamedTuple):
    """Logits of the classes, background last where there is one: (N, K [+ 1], H, W)."""
    object_part: Tensor


@MODELS.register_module()
class CATSegHead(BaseCostHead):
    """Cost aggregation (Cho et al., CVPR 2024; their first version in OV-PARTS) on "cat's head".

    1. The cosine of each token and each prompt is embedded, class by class.
    2. Layers of spatial and of class aggregation, guided by the image and by the text.
    3. A decoder with guidance at two and four times the grid gives each class's mask.

    Args:
        loss_object_part (dict | list[dict]): see :class:`LevelLosses`.

    The other arguments are those of :class:`BaseCostHead`. With ``padded_classes``, of a larger
    vocabulary only so many are looked at in each image, those with the largest cosine anywhere.
    """

    def __init__(self, *args, loss_object_part, **kwargs):
        super().__init__(*args, **kwargs)
        self.add_mask_losses(object_part=loss_object_part)

    @staticmethod
    def prompts(taxonomy):
        """The class names, with their apostrophe."""
        return taxonomy.object_parts

    def decode(self, inputs, index, training=False, text=None):
        """One forward pass in a vocabulary; ``text`` is that of :meth:`condition`, made here by default."""
        guidance, dense = self.guides(inputs)
        if text is None:
            text = self.condition(self.prompts(index.taxonomy))
        return CATSegOutput(self.masks(guidance, dense, text[None]))

    def masks(self, guidance, dense, text):
        """Logits (N, T, H, W).

        Args:
            guidance (GuidanceMaps): of the image.
            dense (Tensor): (N, D, h, w) of CLIP.
            text (Tensor): (N or 1, T, p, D), of :meth:`condition`.
        """
        n, num_classes, limit = len(dense), text.shape[1], self.stack_options['padded_classes']
        if not 0 < limit < num_classes:
            return self.decoder(self.aggregated(guidance, dense, text), guidance.decoder)
        chosen = likeliest_classes(dense, text, limit)  # N x limit
        text = text.expand(n, -1, -1, -1)[torch.arange(n, device=chosen.device)[:, None], chosen]
        logits = self.decoder(self.aggregated(guidance, dense, text), guidance.decoder)
        everything = logits.new_full((n, num_classes, *logits.shape[2:]), OUT)
        return everything.scatter(1, chosen[..., None, None].expand_as(logits), logits)

    def aggregated(self, guidance, dense, text):
        """(N, T, h, w, C): aggregated costs; arguments as of :meth:`masks`."""
        x = self.embedding(cost_volume(dense, text))
        return self.stack(x, guidance.appearance, self.text_guidance(text))

    def loss_by_feat(self, output, part_map, object_map, index):
        """The mask term of the classes."""
        return self.mask_losses(output, part_map, object_map, index)
