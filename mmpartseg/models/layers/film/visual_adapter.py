"""The bottleneck that adapts frozen CLIP features."""
import torch.nn.functional as F
from torch import nn

from ..linear import Linear


class VisualAdapter(nn.Module):
    """``(1 - ratio) · x + ratio · relu(up(relu(down(x))))``, shared by all hidden states.

    The released implementation has it on the hidden states of CLIP; the paper does not mention it.

    Args:
        dims (int): width of the features.
        hidden_dims (int): width of the bottleneck.
        ratio (float): share of the adapted features.
    """

    def __init__(self, dims, hidden_dims, ratio=0.2):
        super().__init__()
        self.down = Linear(dims, hidden_dims, bias=False)
        self.up = Linear(hidden_dims, dims, bias=False)
        self.ratio = ratio

    def forward(self, x):
        """(N, L, C) -> (N, L, C)."""
        adapted = F.relu(self.up(F.relu(self.down(x))))
        return (1 - self.ratio) * x + self.ratio * adapted
