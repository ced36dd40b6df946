"""Backbones, text encoder, decode heads, losses and segmentor: the boxes of the paper's Fig. 3."""
from .backbones import DINOv2, GuidedCLIP, OpenCLIPImageTower, OpenCLIPViT, Pixels, TimmImageTower
from .data_preprocessors import PartSegDataPreProcessor
from .decode_heads import (
    CATSegHead,
    CLIPSegHead,
    MaskFormerProposals,
    PartCATSegHead,
    PartCLIPSegHead,
    RegionPromptHead,
    ZSSegHead,
)
from .losses import CompositionLoss, EnhanceLoss, MaskFocalCost, MaskFocalLoss, PartMaskLoss, SeparationLoss
from .region_classifier import CLIPRegionClassifier
from .segmentors import PartCascadeSegmentor, PartSegmentor, ZSSegSegmentor
from .text_encoders import CompositePromptEncoder, OpenCLIPTextEncoder

__all__ = ['CATSegHead', 'CLIPRegionClassifier', 'CLIPSegHead', 'CompositePromptEncoder', 'CompositionLoss',
           'DINOv2', 'EnhanceLoss', 'GuidedCLIP', 'MaskFocalCost', 'MaskFocalLoss', 'MaskFormerProposals',
           'OpenCLIPImageTower', 'OpenCLIPTextEncoder', 'OpenCLIPViT', 'PartCATSegHead', 'PartCLIPSegHead',
           'PartCascadeSegmentor', 'PartMaskLoss', 'PartSegDataPreProcessor', 'PartSegmentor', 'Pixels',
           'RegionPromptHead', 'SeparationLoss', 'TimmImageTower', 'ZSSegHead', 'ZSSegSegmentor']
