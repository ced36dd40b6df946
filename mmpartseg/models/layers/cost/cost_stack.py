"""Cost aggregation: by place, then by class, layer after layer."""
from torch import nn

from .class_aggregation import ClassAggregation
from .spatial_aggregation import SpatialAggregation


class CostLayer(nn.Module):
    """One spatial aggregation, then one class aggregation."""

    def __init__(self, dims, appearance_dims, text_dims, num_heads, window, **class_options):
        super().__init__()
        self.spatial = SpatialAggregation(dims, appearance_dims, num_heads, window)
        self.classes = ClassAggregation(dims, text_dims, num_heads, **class_options)

    def forward(self, x, appearance, text):
        """(N, T, h, w, C) -> the same shape; guidance as of the two aggregations."""
        return self.classes(self.spatial(x, appearance), text)


class CostStack(nn.ModuleList):
    """Layers of :class:`CostLayer`, whose arguments follow the number of layers."""

    def __init__(self, num_layers, *args, **kwargs):
        super().__init__(CostLayer(*args, **kwargs) for _ in range(num_layers))

    def forward(self, x, appearance, text):
        """(N, T, h, w, C) -> the same shape; guidance as of the two aggregations."""
        for layer in self:
            x = layer(x, appearance, text)
        return x
