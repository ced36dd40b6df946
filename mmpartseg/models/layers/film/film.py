"""Feature-wise linear modulation."""
from torch import nn

from ..evenly import linear_by_rows


class FiLM(nn.Module):
    """Scales and shifts features by a condition (Eqs. 2 and 4): ``mul(c) · x + add(c)``.

    Args:
        condition_dims (int): D, width of a condition.
        feature_dims (int): R, width of the features.
    """

    def __init__(self, condition_dims, feature_dims):
        super().__init__()
        self.mul = nn.Linear(condition_dims, feature_dims)
        self.add = nn.Linear(condition_dims, feature_dims)
        for layer, bias in ((self.mul, 1.), (self.add, 0.)):  # starts near the identity
            nn.init.normal_(layer.weight, std=condition_dims**-0.5)
            nn.init.constant_(layer.bias, bias)

    def forward(self, x, condition):
        """x (N, C or 1, L, R) and condition (C, D) -> (N, C, L, R)."""
        mul, add = (linear_by_rows(layer, condition)[:, None] for layer in (self.mul, self.add))
        return mul * x + add
