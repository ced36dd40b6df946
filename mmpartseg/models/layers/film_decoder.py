"""CLIPSeg's transformer decoder, conditioned on text by FiLM."""
from torch import nn

from .condition_layer import ConditionLayer
from .film import FiLM


class FiLMDecoder(nn.Module):
    """Decodes the hidden states once per condition (Eq. 2 and Fig. 3).

    Hidden states enter deepest first: reduced to R channels (shared by all conditions), modulated
    at the first layer only, then refined by one post-norm transformer layer each.

    Args:
        in_channels (Sequence[int]): widths of the hidden states, shallow to deep.
        dims (int): R.
        condition_dims (int): D.
        num_heads (int): attention heads.
        ffn_dims (int): width of the layers' MLP.
    """

    def __init__(self, in_channels, dims=64, condition_dims=512, num_heads=4, ffn_dims=2048):
        super().__init__()
        self.film = FiLM(condition_dims, dims)
        self.reduces = nn.ModuleList(nn.Linear(c, dims) for c in reversed(in_channels))
        self.layers = nn.ModuleList(
            ConditionLayer(dims, num_heads, ffn_dims) for _ in in_channels)

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
        """The last layer's self-attention: (U, L, R) -> (U, L, L), the mean over heads."""
        attend = self.layers[-1].self_attn
        return attend(last_input, last_input, last_input, need_weights=True)[1]
