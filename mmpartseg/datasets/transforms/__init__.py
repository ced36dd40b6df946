"""Loading, resizing, padding and packing of an image with its part and object maps."""
from .formatting import PackPartSegInputs
from .geometry import PadPartSeg, ResizePartSeg
from .loading import LoadObjectPrediction, LoadPartAnnotations, LoadPartImage

__all__ = [
    'LoadObjectPrediction', 'LoadPartAnnotations', 'LoadPartImage', 'PackPartSegInputs',
    'PadPartSeg', 'ResizePartSeg'
]
