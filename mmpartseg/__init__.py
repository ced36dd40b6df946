"""mmpartseg: open-vocabulary part segmentation for MMSegmentation.

Importing it lets mmseg's registries find every component, so a config needs only
``custom_imports = dict(imports=['mmpartseg'], allow_failed_imports=False)``.

Letters used for shapes throughout:
    N batch                     K object-part classes ("cat's head")
    O objects that have parts   P generalized parts ("head")
    C = P + O + 1 conditions (parts, then objects, then background)
    D text embedding width      R decoder width
    H, W pixels                 h, w tokens; L = 1 + h·w with the CLS token
"""
import gc

from .command_line import is_command
from .taxonomy import PartTaxonomy
from .version import __version__


def register():
    """Make mmseg importable and every component known; done by the import, except in a command."""
    searched = gc.isenabled()
    gc.disable()  # imports leave no garbage, and a search goes through all that they made
    try:
        from . import compat
        compat.prepare()
        from . import datasets, engine, evaluation, models, visualization  # noqa: F401
        compat.adapt_inferencer()
    finally:
        if searched:
            gc.enable()


if not is_command():  # which answers --help at once, and registers what it runs
    register()

__all__ = ['PartTaxonomy', '__version__', 'datasets', 'engine', 'evaluation', 'models',
           'visualization']
