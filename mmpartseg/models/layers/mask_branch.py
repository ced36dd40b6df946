"""Decoder features to mask logits."""
import math

import torch.nn.functional as F
from torch import nn

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

    def masks(self, x, grid):
        """x (N, C, hw, R) on a ``grid`` of (h, w) tokens -> logits (N, C, H, W).

        A transposed convolution whose stride is its kernel is a linear layer on each pixel; so
        computed it takes a third of the time on a CPU.
        """
        n, c = x.shape[:2]
        conv, first, second = self[0], self[2], self[4]
        a, b = first.stride[0], second.stride[0]
        x = x.flatten(0, 1).transpose(1, 2).unflatten(2, grid)  # NC x R x h x w
        x = conv(x).relu_().permute(0, 2, 3, 1)  # NC x h x w x R
        weight = first.weight.permute(2, 3, 1, 0).flatten(0, 2)  # aa·R/2 x R
        x = F.linear(x, weight, first.bias.repeat(a * a)).relu_().unflatten(3, (a, a, -1))
        x = F.linear(x, second.weight.flatten(1).T, second.bias.expand(b * b))
        x = x.unflatten(5, (b, b)).permute(0, 1, 3, 5, 2, 4, 6)  # NC x h x a x b x w x a x b
        return x.reshape(n, c, grid[0] * a * b, grid[1] * a * b)
