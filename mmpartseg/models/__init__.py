"""Backbone, text encoder, decode heads, losses and segmentor: the boxes of the paper's Fig. 3."""
from .backbones import OpenCLIPViT
from .data_preprocessors import PartSegDataPreProcessor
from .decode_heads import CLIPSegHead, PartCLIPSegHead
from .losses import EnhanceLoss, PartMaskLoss, SeparationLoss
from .segmentors import PartCascadeSegmentor, PartSegmentor
from .text_encoders import OpenCLIPTextEncoder

__all__ = ['CLIPSegHead', 'EnhanceLoss', 'OpenCLIPTextEncoder', 'OpenCLIPViT', 'PartCLIPSegHead',
           'PartCascadeSegmentor', 'PartMaskLoss', 'PartSegDataPreProcessor', 'PartSegmentor',
           'SeparationLoss']
