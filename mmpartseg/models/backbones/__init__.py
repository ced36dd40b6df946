from .open_clip_vit import OpenCLIPViT
from .pixels import Pixels

__all__ = ['OpenCLIPViT', 'Pixels']
