"""Layers of the two-stage family, ZSSeg+: regions of an object and what CLIP sees in them."""
from .boxes import grown_box
from .pooling import cell_presence, region_means

__all__ = ['cell_presence', 'grown_box', 'region_means']
