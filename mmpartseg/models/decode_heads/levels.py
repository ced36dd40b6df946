"""PartCLIPSeg's levels of one batch: objects first, and of the rest what is asked for."""
import functools

import torch
import torch.nn.functional as F

from .conditions import maps_side_by_side
from .general_parts import put_anything, put_parts_of_anything


class Levels:
    """A batch in a vocabulary, in which objects are decoded; parts are when a mask needs them.

    .. code-block:: text

        objects, background ──► object_masks()
                  └──────┐
        wanted parts ──► class_masks(wanted)

    Masks are iterators of tiles (N, chunk, …), see :func:`to_maps`.

    Args:
        head (PartCLIPSegHead): whose layers decode.
        inputs (Sequence): the backbone's features.
        index (TaxonomyIndex): the vocabulary.
        text (Tensor, optional): (P + O + 1, D) of its prompts, encoded here by default.
        training (bool): keep :attr:`attention_input`.

    Attributes:
        grid (tuple[int, int]): (h, w) tokens.
        prefix (int): CLS tokens before them.
        objects (Tensor): (N, O + 1, hw, R) decoded, background last.
    """

    def __init__(self, head, inputs, index, text=None, training=False):
        self.head, self.index, self.training = head, index, training
        self.num_parts, self.num_objects = len(index.taxonomy.parts), len(index.taxonomy.objects)
        self.reduced, self.grid, self.prefix = head.hidden_tokens(inputs)
        self.text = head.condition(head.prompts(index.taxonomy)) if text is None else text
        self.objects, self._object_input = self._decoded(self.text[self.num_parts:])
        self._parts = self._part_input = None

    def _decoded(self, text):
        """(N, n, hw, R) under n conditions, and the last layer's input or None."""
        decoded, last_input = self.head.decode_conditions(self.reduced, text, self.training)
        return decoded[:, :, self.prefix:], last_input

    @property
    def parts(self):
        """Tensor: (N, P, hw, R), all parts decoded."""
        if self._parts is None:
            self._parts, self._part_input = self._decoded(self.text[:self.num_parts])
        return self._parts

    @property
    def attention_input(self):
        """Tensor: (N, P + O + 1, L, R), the last decoder layer's input, for training, with parts decoded."""
        return torch.cat([self._part_input, self._object_input], 1)

    def object_masks(self):
        """Of the O objects and the background."""
        return self.head.branch_masks(self.objects, self.grid)

    def part_masks(self):
        """Of all P parts."""
        return self.head.branch_masks(self.parts, self.grid)

    def class_masks(self, classes=None):
        """Of n classes, (n,) int64 of 0…K-1; by default of all K and the background."""
        if classes is None:
            part_of = F.pad(self.index.part_of, (0, 1), value=self.num_parts)
            object_of = F.pad(self.index.object_of, (0, 1), value=self.num_objects)
            part_text = torch.cat([self.text[:self.num_parts], self.text[-1:]])
            parts = torch.cat([self.parts, self.objects[:, -1:]], dim=1)
        else:
            chosen, part_of = self.index.part_of[classes].unique(return_inverse=True)
            object_of, part_text = self.index.object_of[classes], self.text[chosen]
            # as above, where they are joined: in another layout the projection rounds otherwise
            parts = self._decoded(part_text)[0].contiguous()
        return self.head.construct_object_parts(
            parts, self.objects, part_text, self._object_text(), part_of, object_of, self.grid)

    def _object_text(self):
        """(O + 1, D), with the slip of the released implementation where the head has it."""
        if self.head.released_text_index:
            return torch.cat([self.text[:self.num_objects], self.text[-1:]])
        return self.text[self.num_parts:]

    @functools.cached_property
    def general_maps(self):
        """Tensor: (N, n, H, W) logits of the generalized parts of the n classes of "anything"."""
        text = self.text[self.index.part_of[self.index.general_classes]]
        return maps_side_by_side(self.head.branch_masks(self._decoded(text)[0], self.grid), len(text))

    def object_maps(self):
        """Tensor: (N, O + 1, H, W) logits, background last."""
        maps = maps_side_by_side(self.object_masks(), self.num_objects + 1)
        if self.index.anything is not None:
            put_anything(maps, self.general_maps, self.index.anything)
        return maps

    def part_maps(self):
        """Tensor: (N, P, H, W) logits of the generalized parts."""
        return maps_side_by_side(self.part_masks(), self.num_parts)

    def class_maps(self, classes=None):
        """Tensor: (N, n or K + 1, H, W) logits, see :meth:`class_masks`."""
        count = len(self.index.taxonomy) + 1 if classes is None else len(classes)
        maps = maps_side_by_side(self.class_masks(classes), count)
        if self.index.anything is not None:
            put_parts_of_anything(maps, self.general_maps, self.index.general_classes, classes)
        return maps
