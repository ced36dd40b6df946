"""Loading, resizing, padding and packing of an image with its part and object maps."""
from .formatting import PackPartSegInputs
from .geometry import PadPartSeg, ResizePartSeg
from .loading import LabelBackground, LoadObjectPrediction, LoadPartAnnotations, LoadPartImage
from .objects import KeepObject, RequirePart
from .released import SwapRedAndBlue
from .second_look import KeepPicture

__all__ = [
    'KeepObject', 'KeepPicture', 'LabelBackground', 'LoadObjectPrediction', 'LoadPartAnnotations',
    'LoadPartImage', 'PackPartSegInputs', 'PadPartSeg', 'RequirePart', 'ResizePartSeg', 'SwapRedAndBlue'
]
