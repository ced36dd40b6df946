"""PartCLIPSeg's decode head (Fig. 3)."""
from itertools import chain
from typing import NamedTuple

import torch
from mmseg.registry import MODELS
from torch import Tensor, nn

from ..layers.evenly import linear_by_rows
from ..layers.linear import linear
from ..layers.recompute import recomputed
from ..losses.attention_maps import ClassAttention, mean_rows
from ..losses.token_shares import TOKEN_SHARES, attended_pairs
from .base_film_head import BaseFiLMHead
from .conditions import maps_side_by_side, mask_chunk, side_by_side, upsampled
from .levels import Levels


class PartCLIPSegOutput(NamedTuple):
    """Scores of one forward pass: maps, or tiles for training, see :func:`to_maps`.

    Attributes:
        scores (Tensor, optional): (N, K + 1 + O + 1, H, W), in inference: the next two side by side.
        object_part (Tensor): (N, K + 1, H, W) logits, background last.
        object (Tensor): (N, O + 1, H, W) logits, background last.
        part (Tensor, optional): (N, P, H, W) logits.
        attention_input (Tensor, optional): (N, C, L, R), the last decoder layer's input.
        grid (tuple[int, int]): (h, w) tokens.
        prefix (int): CLS tokens before them.
    """
    scores: Tensor | None
    object_part: Tensor
    object: Tensor
    part: Tensor | None
    attention_input: Tensor | None
    grid: tuple
    prefix: int


@MODELS.register_module()
class PartCLIPSegHead(BaseFiLMHead):
    """Generalized parts and object context, combined into object-specific parts (Sec. 3.2, 3.3).

    1. Part names, object names and a learned background each condition the decoder (Eqs. 1, 2).
    2. Masks of parts and objects come from the decoded features.
    3. A class's features and text are projected from those of its object and its part (Eq. 3).
    4. FiLM and a second mask branch give the class's mask (Eq. 4).

    Args:
        loss_object_part, loss_object, loss_part (dict | list[dict], optional): configs of
            :class:`PartMaskLoss`, of mmseg's losses, or of several, see :class:`LevelLosses`.
        loss_separation, loss_enhance (dict, optional): attention losses. Any loss set to None is
            switched off.
        token_shares (str): how a token weighs in a class's attention (Eq. 6): ``'area'``, by the share
            of its pixels that belong to the class, or ``'nearest'``, fully or not by one pixel, as in
            the released implementation, where small parts are lost.
        released_text_index (bool): gather an object's text embedding without the offset of the P
            parts, as the released implementation does. Only for weights trained that way.
        projection_init (str): how the projections of Eq. 3 start: ``'random'``, as released, or
            ``'mean'``, as the mean of part and object, so that a pre-trained CLIPSeg knows something of
            a class before training.

    The other arguments are those of :class:`BaseFiLMHead`.
    """
    has_object_scores = knows_general_parts = True

    def __init__(self, *args, loss_object_part=None, loss_object=None, loss_part=None,
                 loss_separation=None, loss_enhance=None, token_shares='area',
                 released_text_index=False, projection_init='random', channels=64, mask_strides=None,
                 **kwargs):
        super().__init__(*args, channels=channels, mask_strides=mask_strides, **kwargs)
        dims = self.text_encoder.embed_dims
        self.project_features = nn.Linear(2 * channels, channels)
        self.project_text = nn.Linear(2 * dims, dims)
        if projection_init not in ('random', 'mean'):
            raise ValueError(f"projection_init must be 'random' or 'mean', got {projection_init!r}")
        if projection_init == 'mean':
            for layer in (self.project_features, self.project_text):
                half = torch.eye(layer.out_features) / 2
                layer.weight.data.copy_(torch.cat([half, half], 1))
                nn.init.zeros_(layer.bias)
        self.object_part_film = self.decoder.new_modulation()
        self.object_part_branch = self.decoder.new_mask_branch(mask_strides)
        if token_shares not in TOKEN_SHARES:
            raise ValueError(f'token_shares must be one of {list(TOKEN_SHARES)}, got {token_shares!r}')
        self.token_shares = token_shares
        self.released_text_index = released_text_index
        self.add_mask_losses(object_part=loss_object_part, object=loss_object, part=loss_part)
        attention = dict(separation=loss_separation, enhance=loss_enhance)
        self.losses.update(
            {name: MODELS.build(cfg) for name, cfg in attention.items() if cfg is not None})
        if self.with_attention and not hasattr(self.decoder, 'token_attention'):
            raise ValueError(f'{type(self.decoder).__name__} has no token_attention, from which attention '
                             'losses are computed: set loss_separation=None and loss_enhance=None')

    @staticmethod
    def prompts(taxonomy):
        """The P parts, then the O objects."""
        return taxonomy.parts + taxonomy.objects

    def decode(self, inputs, index, training=False, text=None):
        """All levels in a vocabulary; for training as tiles, with part masks and attention input.

        ``text`` is that of :meth:`condition` for its prompts, encoded here by default.
        """
        levels = Levels(self, inputs, index, text, training)
        widths = [len(index.taxonomy) + 1, levels.num_objects + 1]
        if not training:
            if index.anything is None:
                scores = maps_side_by_side(chain(levels.class_masks(), levels.object_masks()), sum(widths))
            else:
                scores = torch.cat([levels.class_maps(), levels.object_maps()], 1)
            return PartCLIPSegOutput(
                scores, *scores.split(widths, dim=1), None, None, levels.grid, levels.prefix)
        classes, objects, parts = (side_by_side(*each) for each in zip(
            (levels.class_masks(), levels.object_masks(), levels.part_masks()),
            (*widths, levels.num_parts)))
        return PartCLIPSegOutput(
            None, classes, objects, parts, levels.attention_input, levels.grid, levels.prefix)

    def levels(self, inputs, training=False):
        """:class:`Levels` of the test vocabulary: what :meth:`forward` gives, as far as it is asked for."""
        return Levels(self, inputs, self.test_index, training=training)

    def construct_object_parts(self, parts, objects, part_text, object_text, part_of, object_of, grid):
        """Eqs. 3 and 4: iterator of tiles (N, chunk, …) of n classes.

        Args:
            parts, objects (Tensor): (N, ·, hw, R), decoded.
            part_text, object_text (Tensor): (·, D), their text.
            part_of, object_of (Tensor): (n,) int64, each class's rows of these.
            grid (tuple[int, int]): (h, w) tokens.
        """
        # the projection of a concatenation is the sum of two projections, each of which is shared
        # by all the classes of a part or an object
        part_weight, object_weight = self.project_features.weight.chunk(2, dim=1)
        parts = linear(parts, part_weight, self.project_features.bias, evenly=True)
        objects = linear(objects, object_weight, evenly=True)
        class_text = linear_by_rows(
            self.project_text, torch.cat([object_text[object_of], part_text[part_of]], dim=1))  # n x D
        branch = self.object_part_branch

        def convolved(part, obj, condition):
            features = parts.index_select(1, part) + objects.index_select(1, obj)
            return branch.convolve(self.object_part_film(features, condition), grid)

        blocks = zip(*(each.split(mask_chunk(len(part_of))) for each in (part_of, object_of, class_text)))
        return upsampled(branch, (recomputed(convolved, *block, enabled=self.with_cp) for block in blocks))

    def loss_by_feat(self, output, part_map, object_map, index=None):
        """Loss terms of Eq. 10 from the scores and the label maps (N, H, W) in a vocabulary."""
        index = index or self.train_index
        losses = self.mask_losses(output, part_map, object_map, index)
        attention = self.class_attention(output, part_map, index) if self.with_attention else None
        for name in ('separation', 'enhance'):
            if name in self.losses:
                losses[f'loss_{name}'] = self.losses[name](attention)
        return losses

    @property
    def with_attention(self):
        return 'separation' in self.losses or 'enhance' in self.losses

    def class_attention(self, output, part_map, index):
        """Eq. 6 for the classes of a vocabulary: rows of their tokens, under their part and object.

        Args:
            output (PartCLIPSegOutput): of :meth:`decode` for training.
            part_map (Tensor): (N, H, W) class of each pixel.
            index (TaxonomyIndex): the vocabulary.

        Returns:
            ClassAttention: maps and masks (N, K, h, w).
        """
        num_classes = len(index.taxonomy)
        shares = TOKEN_SHARES[self.token_shares](part_map, output.grid, num_classes, self.ignore_index)
        pairs = attended_pairs(shares)
        part, obj = index.part_of[pairs.classes], index.object_of[pairs.classes]
        condition = torch.cat([part, len(index.taxonomy.parts) + obj], 1)
        token = output.prefix + pairs.tokens.repeat(1, 2)
        rows = self.decoder.token_attention(output.attention_input, condition, token)
        part_rows, object_rows = rows[..., output.prefix:].chunk(2, dim=1)
        maps = mean_rows(part_rows + object_rows, pairs.weights(num_classes))
        return ClassAttention(maps.unflatten(2, output.grid), shares > 0)
