"""Cost features look around in the image, each class for itself."""
import torch.nn.functional as F
from torch import nn

from ..linear import Linear, attention, linear
from .blocks import in_blocks
from .windows import windows


class GuidedAttention(nn.Module):
    """Multi-head attention whose queries and keys also see guidance.

    What guidance adds to a query or key is the same for whatever shares the guidance, and is computed
    once for all of it.

    Args:
        dims (int): C.
        guidance_dims (int): width of the guidance.
        num_heads (int): attention heads.
        project (bool): whether a linear layer follows.
    """

    def __init__(self, dims, guidance_dims, num_heads, project=True):
        super().__init__()
        self.num_heads = num_heads
        self.q = Linear(dims + guidance_dims, dims)
        self.k = Linear(dims + guidance_dims, dims)
        self.v = Linear(dims, dims)
        self.proj = Linear(dims, dims) if project else None

    def guided(self, guidance):
        """What guidance (…, Cg) adds to queries and to keys, biases included: two of (…, C)."""
        width = self.v.in_features
        return [F.linear(guidance, layer.weight[:, width:], layer.bias) for layer in (self.q, self.k)]

    def project_in(self, x, guided):
        """x (…, C), and :meth:`guided` that broadcasts to it -> q, k, v (…, heads, C/heads)."""
        width = self.v.in_features
        q, k = (linear(x, layer.weight[:, :width]).add_(more)
                for layer, more in zip((self.q, self.k), guided))
        return [each.unflatten(-1, (self.num_heads, -1)) for each in (q, k, self.v(x))]


class SpatialBlock(nn.Module):
    """A pre-norm Swin block without position bias; guidance enters queries and keys."""

    def __init__(self, dims, guidance_dims, num_heads, window, shifted, mlp_ratio=4):
        super().__init__()
        self.window, self.shifted = window, shifted
        self.norm1, self.norm2 = nn.LayerNorm(dims), nn.LayerNorm(dims)
        self.attention = GuidedAttention(dims, guidance_dims, num_heads)
        self.mlp = nn.Sequential(
            Linear(dims, mlp_ratio * dims), nn.GELU(), Linear(mlp_ratio * dims, dims))

    def guided(self, guidance, grid):
        """What guidance (N, hw, Cg) adds, in windows, and the windows."""
        cut = windows(grid, self.window, self.shifted, guidance.device)
        return [in_windows(each, cut) for each in self.attention.guided(guidance)], cut

    def forward(self, x, guided, cut):
        """(N, T, hw, C) -> the same shape; the other arguments are those of :meth:`guided`."""
        x = x + self.attend(self.norm1(x), guided, cut)
        return x + self.mlp(self.norm2(x))

    def attend(self, x, guided, cut):
        """Attention within windows."""
        more = [each[:, None] for each in guided]  # N x 1 x nW·L x C
        q, k, v = (each.unflatten(2, (-1, cut.length)).flatten(0, 2).transpose(1, 2)
                   for each in self.attention.project_in(in_windows(x, cut), more))  # NTnW x heads x L x ·
        mask = cut.mask
        if mask is not None:
            mask = mask.to(q.dtype).repeat(len(q) // len(mask), 1, 1)[:, None]
        attended = attention(q, k, v, mask).transpose(1, 2).flatten(2)
        attended = attended.reshape(*x.shape[:2], len(cut.order), x.shape[3])[:, :, cut.place]
        return self.attention.proj(attended)


def in_windows(x, cut):
    """(…, hw, C) -> (…, nW·L, C), tokens in the order of the windows, zero where there is none."""
    if cut.padding:
        x = F.pad(x, (0, 0, 0, 1))
    return x.index_select(-2, cut.order)


class SpatialAggregation(nn.Module):
    """Two Swin blocks, the second shifted by half a window, on the tokens of every class.

    Args:
        dims (int): C.
        guidance_dims (int): width of the appearance guidance.
        num_heads (int): attention heads.
        window (int): tokens along a window's side.
    """

    def __init__(self, dims, guidance_dims, num_heads=4, window=12):
        super().__init__()
        self.guidance_norm = nn.LayerNorm(guidance_dims)
        self.blocks = nn.ModuleList(SpatialBlock(dims, guidance_dims, num_heads, window, shifted)
                                    for shifted in (False, True))

    def forward(self, x, guidance):
        """
        Args:
            x (Tensor): (N, T, h, w, C).
            guidance (Tensor): (N, h, w, Cg), the same for every class.

        Returns:
            Tensor: (N, T, h, w, C).
        """
        grid = x.shape[2:4]
        guidance = self.guidance_norm(guidance.flatten(1, 2))
        shared = [block.guided(guidance, grid) for block in self.blocks]

        def aggregated(x):
            for block, each in zip(self.blocks, shared):
                x = block(x, *each)
            return x
        tokens = x.flatten(2, 3)
        widest = tokens.shape[2] * self.blocks[0].mlp[0].out_features
        return in_blocks(aggregated, tokens, widest).unflatten(2, grid)
