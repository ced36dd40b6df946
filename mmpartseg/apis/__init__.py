"""Segment your own pictures with your own part names."""
from .images import read_image
from .inferencer import PartSegInferencer
from .results import describe, label_map_of, masks_by_name
from .vocabulary import read_vocabulary, unseen_words

__all__ = [
    'PartSegInferencer', 'describe', 'label_map_of', 'masks_by_name', 'read_image',
    'read_vocabulary', 'unseen_words'
]
