"""The FiLM family, PartCLIPSeg and its CLIPSeg baseline: adapter, conditioned decoder, masks."""
import torch
from mmseg.registry import MODELS
from torch import nn

from ..layers.evenly import even_size
from ..layers.film import VisualAdapter
from ..layers.recompute import recomputed
from .conditions import class_chunk_size, mask_chunk, side_by_side, token_features, upsampled
from .open_vocab_head import OpenVocabHead

DECODER = dict(type='FiLMDecoder')


class BaseFiLMHead(OpenVocabHead):
    """Text-conditioned decoding of CLIP's hidden states, with a learned background.

    Args:
        train_taxonomy, test_taxonomy, text_encoder, ignore_index: see :class:`OpenVocabHead`.
        in_channels (Sequence[int], optional): widths of the backbone's features, shallow to deep;
            :class:`PartSegmentor` knows those of a backbone that states ``out_channels``.
        in_index (Sequence[int], optional): which of the backbone's outputs; all by default.
        channels (int): R, decoder width.
        num_heads, ffn_channels (int, optional): of the decoder's transformer layers; its own default.
        decoder (dict, optional): config of what decodes features under conditions and draws masks, see
            :class:`FiLMDecoder`, the default.
        adapter_channels (int, optional): bottleneck of the visual adapter; None for no adapter.
        mask_strides (tuple[int, int], optional): upsampling of the mask branch, see
            :class:`MaskBranch`; :class:`PartSegmentor` chooses masks of the image's size for a backbone
            that states ``out_strides``.
        class_chunk (int, optional): conditions decoded at a time; chosen from the sizes by default.
        with_cp (bool): recompute the decoder's attention, and what the masks are convolved from, in
            the backward pass; the hidden activations of MLPs and masks are never kept.

    Raises:
        ValueError: an unknown vocabulary or a malformed class name; no ``in_channels`` or
            ``mask_strides``.
    """
    fitted_to_backbone = ('in_channels', 'mask_strides')

    def __init__(self, train_taxonomy, test_taxonomy, text_encoder, in_channels=None, in_index=None,
                 channels=64, num_heads=None, ffn_channels=None, adapter_channels=None,
                 mask_strides=None, class_chunk=None, with_cp=True, ignore_index=255, decoder=None,
                 init_cfg=None):
        super().__init__(train_taxonomy, test_taxonomy, text_encoder, ignore_index, init_cfg)
        for name, value in (('in_channels', in_channels), ('mask_strides', mask_strides)):
            if value is None:
                raise ValueError(f'{type(self).__name__} needs {name}: the backbone does not state its '
                                 'out_channels and out_strides, or there is a neck or no PartSegmentor')
        dims = self.text_encoder.embed_dims
        self.in_index = tuple(in_index) if in_index is not None else tuple(range(len(in_channels)))
        self.in_channels = tuple(in_channels)
        self.adapter = None
        if adapter_channels is not None:
            self.adapter = VisualAdapter(self._single_width(), adapter_channels)
        options = dict(in_channels=self.in_channels, dims=channels, condition_dims=dims, with_cp=with_cp)
        stated = dict(num_heads=num_heads, ffn_dims=ffn_channels)
        options.update((name, value) for name, value in stated.items() if value is not None)
        self.decoder = MODELS.build(dict(decoder or DECODER), default_args=options)
        self.mask_branch = self.decoder.new_mask_branch(mask_strides)
        # background is no prompt but a learned vector
        self.background_embedding = nn.Parameter(torch.randn(1, dims) * dims**-0.5)
        self.class_chunk, self.with_cp = class_chunk, with_cp

    def _single_width(self):
        if len(set(self.in_channels)) > 1:
            raise ValueError('the visual adapter is shared by all features and needs one width, got '
                             f'in_channels={self.in_channels}; set adapter_channels=None')
        return self.in_channels[0]

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
            for condition in text.split(even_size(len(text), self.chunk_size(reduced))):
                decoded, last_input = self.decoder(reduced, condition)
                if keep_attention_input:
                    last_inputs.append(last_input)
                yield decoded

        decoded = side_by_side(blocks(), len(text))
        return decoded, torch.cat(last_inputs, 1) if keep_attention_input else None

    def convolved(self, decoded, grid):
        """(N, n, hw, R) -> iterator of (N, chunk, h, w, R), the mask branch's convolution."""
        return (recomputed(self.mask_branch.convolve, block, grid, enabled=self.with_cp)
                for block in decoded.split(mask_chunk(decoded.shape[1]), dim=1))

    def branch_masks(self, decoded, grid):
        """(N, n, hw, R) -> iterator of tiles (N, chunk, …), through the mask branch."""
        return upsampled(self.mask_branch, self.convolved(decoded, grid))

    def chunk_size(self, reduced):
        """Conditions that go through the decoder at a time, at most."""
        return self.class_chunk or class_chunk_size(reduced[0])
