"""CLIPSeg's transformer decoder, conditioned on text by FiLM."""
import torch
import torch.nn.functional as F
from mmseg.registry import MODELS
from torch import nn

from ..linear import Linear
from ..precision import without_autocast
from .condition_layer import ConditionLayer
from .film import FiLM
from .mask_branch import MaskBranch
from .token_attention import token_attention


@MODELS.register_module()
class FiLMDecoder(nn.Module):
    """Decodes the hidden states once per condition (Eq. 2 and Fig. 3).

    Hidden states enter deepest first: reduced to R channels (shared by all conditions), modulated
    at the first layer only, then refined by one post-norm transformer layer each.

    Another decoder takes its place in a head by ``decoder=dict(type=…)``. It has this one's first three
    arguments and ``with_cp``, :meth:`reduce`, :meth:`forward`, :meth:`new_modulation` and
    :meth:`new_mask_branch`; for attention losses :meth:`token_attention`, too.

    Args:
        in_channels (Sequence[int]): widths of the hidden states, shallow to deep.
        dims (int): R.
        condition_dims (int): D.
        num_heads (int): attention heads.
        ffn_dims (int): width of the layers' MLP.
        with_cp (bool): see :class:`ConditionLayer`.
    """

    def __init__(self, in_channels, dims, condition_dims, num_heads=4, ffn_dims=2048, with_cp=False):
        super().__init__()
        self.dims, self.condition_dims = dims, condition_dims
        self.film = FiLM(condition_dims, dims)
        self.reduces = nn.ModuleList(Linear(c, dims) for c in reversed(in_channels))
        self.layers = nn.ModuleList(
            ConditionLayer(dims, num_heads, ffn_dims, with_cp) for _ in in_channels)

    def new_modulation(self):
        """A module by which conditions act on features once more (Eq. 4), see :class:`FiLM`."""
        return FiLM(self.condition_dims, self.dims)

    def new_mask_branch(self, strides):
        """A module that draws masks, see :class:`MaskBranch`; ``upsample`` may give maps (N, C, H, W)."""
        return MaskBranch(self.dims, strides)

    def reduce(self, hidden):
        """Hidden states, shallow to deep, each (N, L, ·) -> list of (N, L, R), deep to shallow."""
        return [layer(x) for layer, x in zip(self.reduces, reversed(hidden))]

    def forward(self, reduced, condition):
        """
        Args:
            reduced (list[Tensor]): of :meth:`reduce`.
            condition (Tensor): (C, D) embeddings.

        Returns:
            tuple[Tensor, Tensor]: decoded (N, C, L, R), and the last layer's input of the same
            shape, from which :meth:`attention` gives attention maps.
        """
        x = self.film(reduced[0][:, None], condition)  # N x C x L x R
        for i, layer in enumerate(self.layers):
            last_input = x if i == 0 else x + reduced[i][:, None]
            x = layer(last_input.flatten(0, 1)).view_as(last_input)
        return x, last_input

    def attention(self, last_input):
        """The last layer's self-attention, the mean over heads: (U, L, R) -> (U, L, L)."""
        return self.layers[-1].self_attn(last_input, last_input, last_input, need_weights=True)[1]

    def token_attention(self, last_input, condition, token):
        """:meth:`attention` of chosen tokens alone, each under a condition of its own.

        Args:
            last_input (Tensor): (N, C, L, R), of :meth:`forward`.
            condition, token (Tensor): (N, T) int64, in 0…C-1 and 0…L-1.

        Returns:
            Tensor: (N, T, L), float32 at least.
        """
        n, num_conditions, length, dims = last_input.shape
        attention = self.layers[-1].self_attn
        heads = attention.num_heads
        first = num_conditions * torch.arange(n, device=condition.device)[:, None]
        index = (first + condition).flatten()
        with without_autocast(last_input.device.type):
            sequences = last_input.flatten(0, 1).to(attention.in_proj_weight.dtype)
            tokens = sequences.flatten(0, 1)[index * length + token.flatten()]  # NT x R
            # q·(W x + b) = (W'q)·x + q·b, and the softmax does not see what a whole row shares
            query_weight, key_weight, _ = attention.in_proj_weight.chunk(3)
            query = F.linear(tokens, query_weight, attention.in_proj_bias[:dims])
            query = torch.einsum('thd,hdr->thr', query.unflatten(1, (heads, -1)),
                                 key_weight.unflatten(0, (heads, -1)))
            query = query * attention.head_dim**-0.5
            return token_attention(query, sequences, index).unflatten(0, condition.shape)
