"""PartCATSeg: parts, objects and their compositions on cost volumes."""
from typing import NamedTuple

import torch
import torch.nn.functional as F
from mmengine.dist import all_reduce
from mmseg.registry import MODELS
from torch import Tensor

from ..layers.cost import CostEmbedding, CostStack, ObjectAwareCost, cost_volume
from ..layers.cost.blocks import in_blocks
from .base_cost_head import BaseCostHead


class PartCATSegOutput(NamedTuple):
    """Logits of one forward pass.

    Attributes:
        object_part (Tensor): (N, K + 1, H, W), background last.
        object (Tensor, optional): (N, O + 1, H, W), background last; for training.
        part (Tensor, optional): (N, P, H, W); for training.
        class_cosines, object_cosines (Tensor, optional): (N, K + 1, hw) and (N, O + 1, hw), means over
            prompts; for training.
    """
    object_part: Tensor
    object: Tensor | None = None
    part: Tensor | None = None
    class_cosines: Tensor | None = None
    object_cosines: Tensor | None = None


@MODELS.register_module()
class PartCATSegHead(BaseCostHead):
    """PartCATSeg (Choi et al., CVPR 2025): cost aggregation of parts and objects, then of their classes.

    1. The costs of part names, object names and background go through one stack together.
    2. A class's features are projected from those of its part and its object; their cosines with
       the class's prompts are its costs.
    3. They go through a second stack.
    4. One decoder gives the masks: of classes, and in training of parts and objects.

    Args:
        loss_object_part, loss_object, loss_part (dict | list[dict], optional): see :class:`LevelLosses`.
        loss_composition (dict, optional): a :class:`CompositionLoss`. Any loss set to None is switched
            off.

    The other arguments are those of :class:`BaseCostHead`; a background is always there, and there are no
    ``padded_classes``.
    """

    def __init__(self, *args, loss_object_part=None, loss_object=None, loss_part=None,
                 loss_composition=None, **kwargs):
        if kwargs.get('padded_classes'):
            raise ValueError(f"padded_classes={kwargs['padded_classes']}: PartCATSegHead aggregates parts, "
                             'objects and classes as they are, none are filled up or left out; leave it at 0')
        super().__init__(*args, **kwargs)
        if self.background_embedding is None:
            raise ValueError('PartCATSegHead composes classes of parts, objects and a background, which is '
                             'always there: leave background=False out')
        dims, channels = self.text_encoder.embed_dims, self.stack_options['dims']
        self.object_aware_cost = ObjectAwareCost(channels, dims)
        self.class_embedding = CostEmbedding(len(self.text_encoder.templates), channels)
        self.class_stack = CostStack(**self.stack_options)
        self.add_mask_losses(object_part=loss_object_part, object=loss_object, part=loss_part)
        if loss_composition is not None:
            self.losses['composition'] = MODELS.build(loss_composition)

    @staticmethod
    def prompts(taxonomy):
        """The P parts, the O objects, then the K class names with their apostrophe."""
        return taxonomy.parts + taxonomy.objects + taxonomy.object_parts

    def decode(self, inputs, index, training=False, text=None):
        """One forward pass in a vocabulary; for training with the masks of parts and objects.

        ``text`` is that of :meth:`condition` for its prompts, encoded here by default.
        """
        guidance, dense = self.guides(inputs)
        taxonomy = index.taxonomy
        num_parts, num_objects = len(taxonomy.parts), len(taxonomy.objects)
        if text is None:
            text = self.condition(self.prompts(taxonomy))
        class_text = text[num_parts + num_objects:]  # (K+1) x p x D
        text = torch.cat([text[:num_parts + num_objects], text[-1:]])  # (P+O+1) x p x D

        cost = cost_volume(dense, text)
        x = self.stack(self.embedding(cost), guidance.appearance, self.text_guidance(text)[None])
        part_index = F.pad(index.part_of, (0, 1), value=num_parts)
        object_index = F.pad(index.object_of, (0, 1), value=num_objects)
        shared = self.object_aware_cost.shared(x, num_parts)

        def cost_of(block):
            rows = block[0]
            return self.object_aware_cost(shared, part_index[rows], object_index[rows], class_text[rows])
        rows = torch.arange(len(class_text), device=dense.device)[None]
        # for gradients at once: those of a block are as large as parts and objects together
        class_cost = cost_of(rows) if training else in_blocks(cost_of, rows, 3 * x[:, 0].numel())
        class_cost = class_cost.unflatten(3, dense.shape[2:])
        classes = self.class_stack(
            self.class_embedding(class_cost), guidance.appearance, self.text_guidance(class_text)[None])
        logits = self.decoder(classes, guidance.decoder)
        if not training:
            return PartCATSegOutput(logits)
        general = self.decoder(x, guidance.decoder)
        return PartCATSegOutput(
            logits, general[:, num_parts:], general[:, :num_parts],
            class_cost.mean(2).flatten(2), cost[:, num_parts:].mean(2).flatten(2))

    def loss_by_feat(self, output, part_map, object_map, index):
        """Loss terms by name.

        As in the released code the background's term is left out, that is zero, where a batch shows nothing
        but pixels of no seen object.
        """
        losses = self.mask_losses(output, part_map, object_map, index)
        name = 'loss_object_part_background'
        if name in losses:
            losses[name] = losses[name] * shows_objects(part_map, object_map, index, self.ignore_index)
        if 'composition' in self.losses:
            losses['loss_composition'] = self.losses['composition'](
                output.class_cosines, output.object_cosines, index.object_of)
        return losses


def shows_objects(part_map, object_map, index, ignore_index):
    """1. where some pixel, of any process, has a part or an object of the vocabulary, else 0."""
    found = ((part_map != ignore_index) | (object_map < len(index.taxonomy.objects))).any().float()
    all_reduce(found, op='max')
    return found
