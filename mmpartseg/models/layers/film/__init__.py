"""Layers of the FiLM family: CLIPSeg and PartCLIPSeg."""
from .film import FiLM
from .film_decoder import FiLMDecoder
from .mask_branch import MaskBranch
from .visual_adapter import VisualAdapter

__all__ = ['FiLM', 'FiLMDecoder', 'MaskBranch', 'VisualAdapter']
