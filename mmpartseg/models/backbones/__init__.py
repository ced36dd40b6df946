from .dinov2 import DINOv2
from .guided_clip import GuidedCLIP
from .open_clip_vit import OpenCLIPViT
from .pixels import Pixels

__all__ = ['DINOv2', 'GuidedCLIP', 'OpenCLIPViT', 'Pixels']
