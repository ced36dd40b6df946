"""Image encoders: a picture in, a tuple of feature maps out, shallow to deep."""
from .dinov2 import DINOv2
from .guided_clip import GuidedCLIP
from .image_tower import ImageTower
from .open_clip_image_tower import OpenCLIPImageTower
from .open_clip_vit import OpenCLIPViT
from .pixels import Pixels
from .timm_image_tower import TimmImageTower

__all__ = ['DINOv2', 'GuidedCLIP', 'ImageTower', 'OpenCLIPImageTower', 'OpenCLIPViT', 'Pixels',
           'TimmImageTower']
