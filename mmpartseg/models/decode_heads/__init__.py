from .clipseg_head import CLIPSegHead
from .part_clipseg_head import PartCLIPSegHead

__all__ = ['CLIPSegHead', 'PartCLIPSegHead']
