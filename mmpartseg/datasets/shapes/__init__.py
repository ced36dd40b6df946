"""Drawing code of PartShapes, a small synthetic data set with exact part and object maps."""
from .scene import SPLITS, load_classes, render_scene

__all__ = ['SPLITS', 'load_classes', 'render_scene']
