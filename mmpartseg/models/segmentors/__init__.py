"""Segmentors: backbone and head together, and the decision in both settings."""
from .part_cascade_segmentor import PartCascadeSegmentor
from .part_segmentor import PartSegmentor
from .part_tta import PartTTAModel
from .zsseg_segmentor import ZSSegSegmentor

__all__ = ['PartCascadeSegmentor', 'PartSegmentor', 'PartTTAModel', 'ZSSegSegmentor']
