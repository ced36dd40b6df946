"""One layer of the decoder: a post-norm transformer layer that keeps its MLP in the cache."""
import torch
import torch.nn.functional as F
from torch import nn

# what the hidden activation of one MLP block may take: a CPU's second-level caches; elsewhere
# enough work to fill the device
BLOCK_BYTES = {'cpu': 2 * 2**20}
DEFAULT_BLOCK_BYTES = 512 * 2**20


class ConditionLayer(nn.TransformerEncoderLayer):
    """A ``TransformerEncoderLayer`` without dropout; the same parameters, the same outputs.

    torch's own inference kernel writes attention matrices out, and the hidden activation of the
    whole MLP; here attention is fused and the MLP works on blocks of rows.

    Args:
        dims (int): R.
        num_heads (int): attention heads.
        ffn_dims (int): width of the MLP.
    """

    def __init__(self, dims, num_heads, ffn_dims):
        super().__init__(dims, num_heads, ffn_dims, dropout=0., batch_first=True)

    def forward(self, x):
        """(B, L, R) -> (B, L, R)."""
        x = self.norm1(x + self.attend(x))
        return self.norm2(x + self.mlp(x))

    def attend(self, x):
        """Self-attention, fused."""
        attention = self.self_attn
        qkv = F.linear(x, attention.in_proj_weight, attention.in_proj_bias)
        q, k, v = qkv.unflatten(2, (3, attention.num_heads, -1)).permute(2, 0, 3, 1, 4)
        x = F.scaled_dot_product_attention(q, k, v)  # B x heads x L x R/heads
        return attention.out_proj(x.transpose(1, 2).flatten(2))

    def mlp(self, x):
        """Two linear layers and a ReLU, a block of rows at a time."""
        if torch.compiler.is_compiling():  # a graph of any size cannot count blocks
            return self.linear2(F.relu(self.linear1(x)))
        blocks = x.flatten(0, 1).split(self.block_rows(x))
        return torch.cat([self.mlp_block(block) for block in blocks]).view_as(x)

    def mlp_block(self, rows):
        """(rows, R) -> (rows, R)."""
        return self.linear2(self.linear1(rows).relu_())

    def block_rows(self, x):
        """Rows whose hidden activation fits the block budget."""
        budget = BLOCK_BYTES.get(x.device.type, DEFAULT_BLOCK_BYTES)
        return max(1, budget // (self.linear1.out_features * x.element_size()))
