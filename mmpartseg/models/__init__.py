"""Backbone, text encoder, decode heads, losses and segmentor: the boxes of the paper's Fig. 3."""
from .backbones import OpenCLIPViT, Pixels
from .data_preprocessors import PartSegDataPreProcessor
from .decode_heads import CLIPSegHead, MaskFormerProposals, PartCLIPSegHead, RegionPromptHead, ZSSegHead
from .losses import EnhanceLoss, MaskFocalLoss, PartMaskLoss, SeparationLoss
from .region_classifier import CLIPRegionClassifier
from .segmentors import PartCascadeSegmentor, PartSegmentor, ZSSegSegmentor
from .text_encoders import CompositePromptEncoder, OpenCLIPTextEncoder

__all__ = ['CLIPRegionClassifier', 'CLIPSegHead', 'CompositePromptEncoder', 'EnhanceLoss', 'MaskFocalLoss',
           'MaskFormerProposals', 'OpenCLIPTextEncoder', 'OpenCLIPViT', 'PartCLIPSegHead',
           'PartCascadeSegmentor', 'PartMaskLoss', 'PartSegDataPreProcessor', 'PartSegmentor', 'Pixels',
           'RegionPromptHead', 'SeparationLoss', 'ZSSegHead', 'ZSSegSegmentor']
