"""mmpartseg: open-vocabulary part segmentation for MMSegmentation.

Importing it registers every component in mmseg's registries, so a config needs only
``custom_imports = dict(imports=['mmpartseg'], allow_failed_imports=False)``.

Letters used for shapes throughout:
    N batch                     K object-part classes ("cat's head")
    O objects that have parts   P generalized parts ("head")
    C = P + O + 1 conditions (parts, then objects, then background)
    D text embedding width      R decoder width
    H, W pixels                 h, w tokens; L = 1 + h·w with the CLS token
"""
from . import compat

compat.prepare()

# ruff: noqa: E402  mmseg can be imported only after compat.prepare()
from . import datasets, engine, evaluation, models, visualization
from .taxonomy import PartTaxonomy
from .version import __version__

compat.adapt_inferencer()

__all__ = ['PartTaxonomy', '__version__', 'datasets', 'engine', 'evaluation', 'models',
           'visualization']
