"""Layers of the cost family: CATSeg and PartCATSeg."""
from .class_aggregation import ClassAggregation
from .cost_decoder import CostDecoder
from .cost_embedding import CostEmbedding
from .cost_stack import CostStack
from .cost_volume import cost_volume
from .guidance import Guidance, GuidanceMaps
from .object_aware_cost import ObjectAwareCost
from .spatial_aggregation import SpatialAggregation

__all__ = ['ClassAggregation', 'CostDecoder', 'CostEmbedding', 'CostStack', 'Guidance', 'GuidanceMaps',
           'ObjectAwareCost', 'SpatialAggregation', 'cost_volume']
