"""Decode heads: features and class names in, scores of parts, objects and object-parts out."""
from .cat_seg_head import CATSegHead
from .clipseg_head import CLIPSegHead
from .maskformer_proposals import MaskFormerProposals
from .part_cat_seg_head import PartCATSegHead
from .part_clipseg_head import PartCLIPSegHead
from .region_prompt_head import RegionPromptHead
from .zsseg_head import ZSSegHead

__all__ = ['CATSegHead', 'CLIPSegHead', 'MaskFormerProposals', 'PartCATSegHead', 'PartCLIPSegHead',
           'RegionPromptHead', 'ZSSegHead']
