"""What PartCLIPSeg and its CLIPSeg baseline share: text, adapter and conditioned decoder."""
from itertools import chain

import torch
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import nn

from ...taxonomy import PartTaxonomy
from ..layers import FiLMDecoder, MaskBranch, VisualAdapter
from ..layers.recompute import recomputed
from .conditions import MASK_CHUNK, class_chunk_size, side_by_side, token_features, upsampled
from .joint import batch_rows, decoded_groups, rows_of, share_of_batch, weighted
from .targets import labels_of


class TaxonomyIndex(nn.Module):
    """A vocabulary's index maps as buffers that follow the model's device.

    Attributes:
        taxonomy (PartTaxonomy): the vocabulary.
        part_of, object_of (Tensor): (K,) index of each class's part and object.
    """

    def __init__(self, taxonomy):
        super().__init__()
        self.taxonomy = taxonomy
        for name in ('part_of', 'object_of'):
            index = torch.tensor(getattr(taxonomy, name))
            self.register_buffer(name, index, persistent=False)


class BaseFiLMHead(BaseModule):
    """Text-conditioned decoding of CLIP's hidden states, as an mmseg decode head.

    Args:
        train_taxonomy, test_taxonomy (str | list | PartTaxonomy): vocabularies of ``loss`` and
            ``predict``: a shipped name, class names, or a taxonomy. For joint training
            ``train_taxonomy=dict(joint=[…])`` lists several; each image is then supervised in the
            one of its data set, see :meth:`loss`.
        text_encoder (dict): config of an :class:`OpenCLIPTextEncoder`.
        in_channels (Sequence[int]): widths of the backbone's features, shallow to deep.
        in_index (Sequence[int], optional): which of the backbone's outputs; all by default.
        channels (int): R, decoder width.
        num_heads, ffn_channels (int): of the decoder's transformer layers.
        adapter_channels (int, optional): bottleneck of the visual adapter; None for no adapter.
        mask_strides (tuple[int, int]): upsampling of the mask branch, see :class:`MaskBranch`.
        class_chunk (int, optional): conditions decoded at a time; chosen from the sizes by default.
        with_cp (bool): recompute the decoder's attention, and what the masks are convolved from, in
            the backward pass; the hidden activations of MLPs and masks are never kept.
        ignore_index (int): label of pixels without a class.

    Raises:
        ValueError: an unknown vocabulary or a malformed class name.
    """
    align_corners = False
    has_object_scores = False

    def __init__(self, train_taxonomy, test_taxonomy, text_encoder, in_channels=(768, 768, 768),
                 in_index=None, channels=64, num_heads=4, ffn_channels=2048, adapter_channels=None,
                 mask_strides=(4, 4), class_chunk=None, with_cp=True, ignore_index=255,
                 init_cfg=None):
        super().__init__(init_cfg)
        self.train_indices = nn.ModuleList(
            TaxonomyIndex(taxonomy) for taxonomy in PartTaxonomy.build_joint(train_taxonomy))
        self.text_encoder = MODELS.build(text_encoder)
        dims = self.text_encoder.embed_dims
        self.in_index = tuple(in_index) if in_index is not None else tuple(range(len(in_channels)))
        self.in_channels = tuple(in_channels)
        self.adapter = None
        if adapter_channels is not None:
            self.adapter = VisualAdapter(self._single_width(), adapter_channels)
        self.decoder = FiLMDecoder(in_channels, channels, dims, num_heads, ffn_channels,
                                   with_cp)
        self.mask_branch = MaskBranch(channels, mask_strides)
        # background is no prompt but a learned vector
        self.background_embedding = nn.Parameter(torch.randn(1, dims) * dims**-0.5)
        self.class_chunk, self.with_cp = class_chunk, with_cp
        self.ignore_index = ignore_index
        self.set_taxonomy(test_taxonomy)

    def _single_width(self):
        if len(set(self.in_channels)) > 1:
            raise ValueError('the visual adapter is shared by all features and needs one width, got '
                             f'in_channels={self.in_channels}; set adapter_channels=None')
        return self.in_channels[0]

    @property
    def train_index(self):
        """The training vocabulary; the first one in joint training."""
        return self.train_indices[0]

    @property
    def train_taxonomies(self):
        """tuple[PartTaxonomy]: the training vocabularies, one except in joint training."""
        return tuple(index.taxonomy for index in self.train_indices)

    @property
    def train_taxonomy(self):
        """PartTaxonomy: every class that is trained on."""
        first, *others = self.train_taxonomies
        return first.union(*others) if others else first

    @property
    def test_taxonomy(self):
        return self.test_index.taxonomy

    def set_taxonomy(self, taxonomy):
        """Replace the vocabulary of ``predict``; see :meth:`PartTaxonomy.build`."""
        index = TaxonomyIndex(PartTaxonomy.build(taxonomy))
        self.test_index = index.to(self.background_embedding.device)
        # mmseg's names: channels of the prediction, background last
        self.num_classes = self.out_channels = len(index.taxonomy) + 1

    def condition(self, names):
        """(n + 1, D): the embeddings of n names, the learned background last."""
        text = self.text_encoder(names).to(self.background_embedding.dtype)
        return torch.cat([text, self.background_embedding])

    def conditions(self, indices):
        """:meth:`condition` on the prompts of each vocabulary; shared names are encoded once."""
        prompts = [self.prompts(index.taxonomy) for index in indices]
        names = list(dict.fromkeys(chain(*prompts)))
        row = {name: i for i, name in enumerate(names)}
        text = self.condition(names)
        rows = [[*(row[name] for name in each), len(names)] for each in prompts]
        return [text if chosen == [*range(len(text))] else text[chosen] for chosen in rows]

    def hidden_tokens(self, inputs):
        """The backbone's features as decoder input.

        Args:
            inputs (Sequence): maps (N, C, h, w), or pairs of map and CLS token.

        Returns:
            tuple: reduced tokens, deep to shallow, each (N, L, R); (h, w); CLS tokens before them
            (0 or 1).
        """
        tokens, grid, prefix = token_features([inputs[i] for i in self.in_index])
        if self.adapter is not None:
            tokens = [self.adapter(x) for x in tokens]
        return self.decoder.reduce(tokens), grid, prefix

    def decode_conditions(self, reduced, text, keep_attention_input=False):
        """Decode every condition: (N, C, L, R), and the last layer's input or None."""
        last_inputs = []

        def blocks():
            for condition in text.split(self.chunk_size(reduced)):
                decoded, last_input = self.decoder(reduced, condition)
                if keep_attention_input:
                    last_inputs.append(last_input)
                yield decoded

        decoded = side_by_side(blocks(), len(text))
        return decoded, torch.cat(last_inputs, 1) if keep_attention_input else None

    def convolved(self, decoded, grid):
        """(N, n, hw, R) -> iterator of (N, chunk, h, w, R), the mask branch's convolution."""
        return (recomputed(self.mask_branch.convolve, block, grid, enabled=self.with_cp)
                for block in decoded.split(MASK_CHUNK, dim=1))

    def branch_masks(self, decoded, grid):
        """(N, n, hw, R) -> iterator of tiles (N, chunk, …), through the mask branch."""
        return upsampled(self.mask_branch, self.convolved(decoded, grid))

    def chunk_size(self, reduced):
        """Conditions that go through the decoder at a time."""
        return self.class_chunk or class_chunk_size(reduced[0])

    def predict(self, inputs, batch_img_metas=None, test_cfg=None):
        """Logits (N, K + 1, H, W) of the test vocabulary, background last."""
        return self(inputs).object_part

    def loss(self, inputs, batch_data_samples, train_cfg=None):
        """Loss terms by name.

        In joint training each term is the sum over vocabularies of the term of their images alone,
        times their share of the images in the batch.

        Raises:
            ValueError: joint training, and a sample in no training vocabulary.
        """
        rows = batch_rows(batch_data_samples, self.train_taxonomies)
        groups = decoded_groups(list(zip(self.train_indices, rows)))
        texts = self.conditions([index for index, _ in groups])
        losses = {}
        for (index, chosen), text in zip(groups, texts):
            output = self.decode(rows_of(inputs, chosen), index, training=True, text=text)
            part_map, object_map = labels_of(batch_data_samples, index, self.ignore_index, chosen)
            terms = self.loss_by_feat(output, part_map, object_map, index)
            if len(rows) > 1:
                terms = weighted(terms, *share_of_batch(chosen, len(batch_data_samples), text))
            losses = {name: value + losses.get(name, 0) for name, value in terms.items()}
        return losses

    def forward(self, inputs):
        """Scores of the test vocabulary, as the head's output tuple."""
        return self.decode(inputs, self.test_index)
