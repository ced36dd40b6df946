from .boxes import grown_box
from .dense_clip import dense_tokens
from .pooling import cell_presence, region_means

__all__ = ['cell_presence', 'dense_tokens', 'grown_box', 'region_means']
