"""Drawing code of PartShapes and PartSketches, small synthetic worlds with exact part and object maps."""
from .scene import SPLITS, Scene, Thing, render_scene
from .world import SHAPES, SKETCHES, WORLDS, Vocabulary, World, load_vocabulary

VERSION = 3  # to be raised whenever the drawing changes

__all__ = ['SHAPES', 'SKETCHES', 'SPLITS', 'VERSION', 'WORLDS', 'Scene', 'Thing', 'Vocabulary', 'World',
           'load_vocabulary', 'render_scene']
