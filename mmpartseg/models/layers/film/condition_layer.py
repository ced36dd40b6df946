"""One layer of the decoder: a post-norm transformer layer."""
from torch import nn

from ..blockwise_mlp import blockwise_mlp
from ..linear import self_attention
from ..recompute import recomputed


class ConditionLayer(nn.TransformerEncoderLayer):
    """A ``TransformerEncoderLayer`` without dropout; the same parameters, the same outputs.

    torch's own inference kernel writes attention matrices out, and the hidden activation of the
    whole MLP; here attention is fused and the MLP works on blocks of rows.

    Args:
        dims (int): R.
        num_heads (int): attention heads.
        ffn_dims (int): width of the MLP.
        with_cp (bool): recompute the attention in the backward pass.
    """

    def __init__(self, dims, num_heads, ffn_dims, with_cp=False):
        super().__init__(dims, num_heads, ffn_dims, dropout=0., batch_first=True)
        self.with_cp = with_cp

    def forward(self, x):
        """(B, L, R) -> (B, L, R)."""
        x = recomputed(self.attended, x, enabled=self.with_cp)
        return self.norm2(x + self.mlp(x))

    def attended(self, x):
        """The first half of the layer."""
        return self.norm1(x + self.attend(x))

    def attend(self, x):
        """Self-attention, fused."""
        return self_attention(self.self_attn, x, evenly=True)

    def mlp(self, x):
        """Two linear layers and a ReLU."""
        first, second = self.linear1, self.linear2
        return blockwise_mlp(x, first.weight, first.bias, second.weight, second.bias)
