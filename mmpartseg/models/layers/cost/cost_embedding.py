"""Cost volumes to features."""
from torch import nn


class CostEmbedding(nn.Module):
    """A 7×7 convolution of each class's costs, from p prompts to C channels.

    Args:
        prompts (int): p.
        dims (int): C.
        kernel_size (int): odd.
    """

    def __init__(self, prompts, dims, kernel_size=7):
        super().__init__()
        self.conv = nn.Conv2d(prompts, dims, kernel_size, padding=kernel_size // 2)

    def forward(self, cost):
        """(N, T, p, h, w) -> (N, T, h, w, C)."""
        embedded = self.conv(cost.flatten(0, 1))  # NT x C x h x w
        return embedded.permute(0, 2, 3, 1).unflatten(0, cost.shape[:2])
