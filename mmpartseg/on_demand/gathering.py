"""Packages whose ``__init__`` gathers names of their modules and does no more."""
import ast
import functools
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import threading
import types

GATHERING = frozenset((
    'mmpartseg.apis', 'mmpartseg.datasets', 'mmpartseg.datasets.transforms', 'mmpartseg.engine',
    'mmpartseg.engine.hooks', 'mmpartseg.evaluation', 'mmpartseg.models', 'mmpartseg.models.backbones',
    'mmpartseg.models.decode_heads', 'mmpartseg.models.losses', 'mmpartseg.models.segmentors',
    'mmpartseg.models.text_encoders', 'mmpartseg.visualization',
    'mmengine.model', 'mmengine.model.wrappers', 'mmengine.optim', 'mmengine.optim.optimizer',
    'mmengine.runner', 'mmseg.apis', 'mmseg.datasets', 'mmseg.datasets.transforms', 'mmseg.models',
    'mmseg.models.backbones', 'mmseg.models.decode_heads', 'mmseg.models.losses', 'mmseg.models.segmentors',
    'mmseg.models.utils', 'mmseg.utils', 'open_clip'))
STATED = ('__all__', '__version__')  # names with underscores that a package itself states

# packages whose __init__ has not run, with the loaders that run it
waiting: dict[str, importlib.abc.InspectLoader] = {}
_running = threading.RLock()


@functools.cache
def gathered(package):
    """dict[str, tuple[str, str]]: module and name there of what ``__init__`` takes, by its name here."""
    found = {}
    for node in ast.parse(spec_of(package).loader.get_source(package)).body:
        if not isinstance(node, ast.ImportFrom):
            continue
        module = importlib.util.resolve_name('.' * node.level + (node.module or ''), package)
        for alias in node.names:
            if alias.name != '*':
                found[alias.asname or alias.name] = module, alias.name
            elif module in GATHERING:
                found.update((name, (module, name)) for name in gathered(module))
    return found


def spec_of(name):
    """Where a module of a package lies that has been imported; None for a name of no module."""
    return importlib.machinery.PathFinder.find_spec(name, sys.modules[name.rpartition('.')[0]].__path__
                                                    if '.' in name else None)


def complete(package):
    """Run ``__init__`` of a package and of those in it that have not run."""
    module = importlib.import_module(package)
    with _running:
        loader = waiting.pop(package, None)
        if loader is not None:
            try:
                loader.exec_module(module)
            except BaseException:
                waiting[package] = loader
                raise
            module.__class__ = types.ModuleType
    for inner in [each for each in waiting if each.startswith(f'{package}.')]:
        complete(inner)


class Gathering(types.ModuleType):
    """A package whose ``__init__`` has not run."""

    def __getattr__(self, name):
        here = f'{self.__name__}.{name}'
        if not name.startswith('__') or name in STATED:
            if name in gathered(self.__name__):
                module, there = gathered(self.__name__)[name]
                if module != self.__name__:
                    vars(self)[name] = value = getattr(importlib.import_module(module), there)
                    return value
            if spec_of(here):
                return importlib.import_module(here)
            complete(self.__name__)
            if name in vars(self):
                return vars(self)[name]
        raise AttributeError(f'module {self.__name__!r} has no attribute {name!r}')

    def __dir__(self):
        return sorted({*vars(self), *gathered(self.__name__)})

    def __setattr__(self, name, value):
        """A module does not hide what is gathered under its name, such as ``losses.accuracy``."""
        hides = isinstance(value, types.ModuleType) and name in gathered(self.__name__)
        if not hides or gathered(self.__name__)[name] == (self.__name__, name):
            super().__setattr__(name, value)
