from .part_segmentor import PartSegmentor
from .part_tta import PartTTAModel

__all__ = ['PartSegmentor', 'PartTTAModel']
