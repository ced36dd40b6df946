"""Loading, resizing, padding and packing of an image with its part and object maps."""
from .formatting import PackPartSegInputs
from .geometry import PadPartSeg, ResizePartSeg
from .loading import LabelBackground, LoadObjectPrediction, LoadPartAnnotations, LoadPartImage

__all__ = [
    'LabelBackground', 'LoadObjectPrediction', 'LoadPartAnnotations', 'LoadPartImage',
    'PackPartSegInputs', 'PadPartSeg', 'ResizePartSeg'
]
