"""A module of mmengine, mmseg, open_clip or of ours runs when something of it is used, not before.

``from mmengine.model import BaseModule`` runs the package's ``__init__``, which gathers the names of all its
modules: sharded training, and sympy with it. mmseg's brings mmdet and matplotlib, open_clip's brings timm,
transformers and torchvision. Nothing of them is replaced here, and what ran before stays as it is:

- :mod:`.gathering`: a name is taken from the module that has it; one that is not found so runs ``__init__``;
- :mod:`.later`: modules that others import for a class that few models use;
- :mod:`.registries`: a name is looked up before everything is imported, and after that before it is missing.
"""
from .finder import after, around, use

__all__ = ['after', 'around', 'use']
