"""Segment your own pictures with your own part names."""
from .explanation import Explanation
from .images import read_image
from .inferencer import PartSegInferencer
from .known_words import unseen_words
from .prediction import PartPrediction
from .results import describe, label_map_of, masks_by_name
from .vocabulary import read_vocabulary

__all__ = [
    'Explanation', 'PartPrediction', 'PartSegInferencer', 'describe', 'label_map_of', 'masks_by_name',
    'read_image', 'read_vocabulary', 'unseen_words'
]
