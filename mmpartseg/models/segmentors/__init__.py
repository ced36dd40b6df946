from .part_segmentor import PartSegmentor

__all__ = ['PartSegmentor']
