"""CLIPSeg on part names: the paper's main baseline."""
from typing import NamedTuple

from mmseg.registry import MODELS
from torch import Tensor

from ...taxonomy import ANYTHING
from ..layers.evenly import even_size
from .base_film_head import BaseFiLMHead
from .conditions import maps_side_by_side, side_by_side, upsampled

RELEASED_LOSS = dict(type='PartMaskLoss', unlabelled_as_background=True)


class CLIPSegOutput(NamedTuple):
    """Logits of the classes, background last: (N, K + 1, H, W), or tiles for training."""
    object_part: Tensor


@MODELS.register_module()
class CLIPSegHead(BaseFiLMHead):
    """One prompt per class ("cat head") and a learned background; binary cross-entropy.

    Args:
        loss_object_part (dict | list[dict]): see :class:`LevelLosses`; by default the released
            baseline's, a :class:`PartMaskLoss` with ``unlabelled_as_background``.

    The other arguments are those of :class:`BaseFiLMHead`.
    """
    knows_general_parts = True

    def __init__(self, *args, loss_object_part=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.add_mask_losses(object_part=loss_object_part or RELEASED_LOSS)

    @staticmethod
    def prompts(taxonomy):
        """"cat's head" -> "cat head"; "anything's handle" -> "handle"."""
        return [f'{taxonomy.objects[o]} {taxonomy.parts[p]}'.removeprefix(f'{ANYTHING} ')
                for o, p in zip(taxonomy.object_of, taxonomy.part_of)]

    def decode(self, inputs, index, training=False, text=None):
        """One forward pass in a vocabulary; arguments as of :meth:`PartCLIPSegHead.decode`."""
        reduced, grid, prefix = self.hidden_tokens(inputs)
        if text is None:
            text = self.condition(self.prompts(index.taxonomy))  # (K+1) x D

        def blocks():
            for condition in text.split(even_size(len(text), self.chunk_size(reduced))):
                decoded, _ = self.decoder(reduced, condition)
                yield from self.convolved(decoded[:, :, prefix:], grid)

        masks = upsampled(self.mask_branch, blocks())
        return CLIPSegOutput((side_by_side if training else maps_side_by_side)(masks, len(text)))

    def loss_by_feat(self, output, part_map, object_map, index):
        """The mask terms of the object-specific parts, see :class:`PartCLIPSegHead`."""
        return self.mask_losses(output, part_map, object_map, index)
