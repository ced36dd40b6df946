"""Classes look at each other, each place for itself."""
import torch
import torch.nn.functional as F
from torch import nn

from ..linear import Linear
from .blocks import in_blocks
from .class_attention import CLASS_ATTENTION
from .spatial_aggregation import GuidedAttention


class ClassAggregation(nn.Module):
    """A pre-norm transformer layer over classes on a pooled grid; text guidance enters queries and keys.

    Args:
        dims (int): C.
        guidance_dims (int): width of the text guidance.
        num_heads (int): attention heads.
        attention (str): ``'linear'`` or ``'query'``, see :mod:`.class_attention`.
        pooling (int): tokens along the side of what is pooled to one.
        padded_classes (int): learned classes fill up to so many; 0 for none. With ``'linear'`` alone.

    Raises:
        ValueError: an unknown attention, or one that learned classes do not go with.
    """

    def __init__(self, dims, guidance_dims, num_heads=4, attention='linear', pooling=2, padded_classes=0,
                 mlp_ratio=4):
        super().__init__()
        if attention not in CLASS_ATTENTION:
            raise ValueError(f'class_attention must be one of {tuple(CLASS_ATTENTION)}, got {attention!r}')
        if padded_classes and attention != 'linear':
            raise ValueError(f"padded_classes={padded_classes} goes with class_attention='linear' alone, got "
                             f'{attention!r}; leave it at 0')
        self.pooling, self.padded_classes = pooling, padded_classes
        self.attend = CLASS_ATTENTION[attention]
        self.norm1, self.norm2 = nn.LayerNorm(dims), nn.LayerNorm(dims)
        self.attention = GuidedAttention(dims, guidance_dims, num_heads, project=False)
        self.mlp = nn.Sequential(
            Linear(dims, mlp_ratio * dims), nn.ReLU(), Linear(mlp_ratio * dims, dims))
        if padded_classes:
            self.padding_tokens = nn.Parameter(torch.zeros(1, 1, dims))
            self.padding_guidance = nn.Parameter(torch.zeros(1, 1, guidance_dims))

    def forward(self, x, guidance):
        """
        Args:
            x (Tensor): (N, T, h, w, C).
            guidance (Tensor): (N or 1, T, Cg), the same at every place.

        Returns:
            Tensor: (N, T, h, w, C).

        Raises:
            ValueError: a grid that pooling leaves nothing of.
        """
        if min(x.shape[2:4]) < self.pooling:
            raise ValueError(f'pooling={self.pooling} leaves nothing of a grid of {x.shape[2]}x{x.shape[3]} '
                             'tokens; give CLIP larger pictures (clip_size of GuidedCLIP), or set pooling=1')
        pooled = resized(x, lambda maps: F.avg_pool2d(maps, self.pooling))
        grid = pooled.shape[2:4]
        tokens = pooled.flatten(2, 3).transpose(1, 2)  # N x hw x T x C
        more = [each[:, None] for each in self.attention.guided(guidance)]
        padding = self.padding(x.shape[1])

        def aggregated(tokens):
            q, k, v = (each.flatten(0, 1).transpose(1, 2)
                       for each in self.attention.project_in(self.norm1(tokens), more))  # · x heads x T x ·
            attended = self.attend(q, k, v, padding)
            tokens = tokens + attended.transpose(1, 2).flatten(2).view_as(tokens)
            return tokens + self.mlp(self.norm2(tokens))
        widest = x.shape[1] * self.mlp[0].out_features
        tokens = in_blocks(aggregated, tokens, widest)  # of places here
        pooled = tokens.transpose(1, 2).unflatten(2, grid)
        size = tuple(x.shape[2:4])
        return x + resized(
            pooled, lambda maps: F.interpolate(maps, size, mode='bilinear', align_corners=True))

    def padding(self, num_classes):
        """Key, value and number of the learned classes: they are all alike, and never read."""
        count = self.padded_classes - num_classes
        if count <= 0:
            return None
        _, k, v = self.attention.project_in(
            self.norm1(self.padding_tokens), self.attention.guided(self.padding_guidance))
        return k[0, 0], v[0, 0], count


def resized(x, function):
    """A function on (NT, C, h, w) applied to (N, T, h, w, C)."""
    return function(x.flatten(0, 1).permute(0, 3, 1, 2)).permute(0, 2, 3, 1).unflatten(0, x.shape[:2])
