"""Decoder features to mask logits."""
import math

from torch import nn

from ..blockwise_mlp import blockwise_mlp

PRIOR = 0.02  # share of pixels that a mask covers before training, as focal loss starts


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
        # torch's own start takes a transposed convolution's fan-in for its output's; from it, and
        # from masks half full, training on nothing but masks takes hundreds of steps to get going
        nn.init.kaiming_normal_(self[0].weight, nonlinearity='relu')
        nn.init.normal_(self[2].weight, std=math.sqrt(2 / dims))
        nn.init.normal_(self[4].weight, std=math.sqrt(2 / dims))
        nn.init.constant_(self[4].bias, math.log(PRIOR / (1 - PRIOR)))

    def convolve(self, x, grid):
        """The convolution: x (N, C, hw, R) on a ``grid`` of (h, w) tokens -> (N, C, h, w, R)."""
        n, c = x.shape[:2]
        x = x.flatten(0, 1).transpose(1, 2).unflatten(2, grid)  # NC x R x h x w
        return self[0](x).relu_().permute(0, 2, 3, 1).unflatten(0, (n, c))

    def upsample(self, x):
        """The transposed convolutions: x of :meth:`convolve` -> logits as :mod:`tiles <..tiles>`.

        One whose stride is its kernel is a linear layer on each pixel, and two of them are an MLP on
        each token, the second layer on every pixel of the first. Its blocks fit a CPU's caches.
        """
        first, second = self[2], self[4]
        a, b = first.stride[0], second.stride[0]
        weight = first.weight.permute(2, 3, 1, 0).flatten(0, 2)  # aa·R/2 x R
        x = blockwise_mlp(x, weight, first.bias.repeat(a * a), second.weight.flatten(1).T,
                          second.bias.expand(b * b))
        return x.unflatten(4, (a, a, b, b))
