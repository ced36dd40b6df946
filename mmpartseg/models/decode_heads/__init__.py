from .clipseg_head import CLIPSegHead
from .maskformer_proposals import MaskFormerProposals
from .part_clipseg_head import PartCLIPSegHead
from .region_prompt_head import RegionPromptHead
from .zsseg_head import ZSSegHead

__all__ = ['CLIPSegHead', 'MaskFormerProposals', 'PartCLIPSegHead', 'RegionPromptHead', 'ZSSegHead']
