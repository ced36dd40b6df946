"""Decoder features to mask logits."""
from torch import nn


class MaskBranch(nn.Sequential):
    """Convolution and two transposed convolutions: one mask per condition (Sec. 3.2).

    Args:
        dims (int): R, width of the features.
        strides (tuple[int, int]): of the transposed convolutions; their product is how much finer
            the mask is than the token grid.
    """

    def __init__(self, dims, strides=(4, 4)):
        first, second = strides
        super().__init__(
            nn.Conv2d(dims, dims, 3, padding=1), nn.ReLU(),
            nn.ConvTranspose2d(dims, dims // 2, first, stride=first), nn.ReLU(),
            nn.ConvTranspose2d(dims // 2, 1, second, stride=second))

    def masks(self, x, grid):
        """x (N, C, hw, R) on a ``grid`` of (h, w) tokens -> logits (N, C, H, W)."""
        n, c = x.shape[:2]
        x = x.flatten(0, 1).transpose(1, 2).unflatten(2, grid)  # NC x R x h x w
        return self(x).squeeze(1).unflatten(0, (n, c))
