"""What Python asks where a module lies, and what runs it."""
import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Callable

from . import gathering, later

_after: dict[str, list] = {}  # functions by the module that they wait for
_around: dict[str, Callable] = {}  # what makes a context, by the module that runs in it


def use():
    """Import on demand from now on."""
    if not any(isinstance(finder, Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, Finder())
        after('mmengine.registry.registry', _look_up_on_demand)


def _look_up_on_demand():
    from .registries import look_up_on_demand
    look_up_on_demand(after)


def after(name, function):
    """Call a function once a module has run: now, or when that is the case."""
    if name in sys.modules:
        function()
    else:
        _after.setdefault(name, []).append(function)


def around(name, context):
    """Run a module, once it is imported, within ``context()``."""
    _around[name] = context


class Finder(importlib.abc.MetaPathFinder):
    """Finds what is imported on demand; everything else is found as ever."""

    def __init__(self):
        self.begun = set()

    def find_spec(self, name, path=None, target=None):
        top = name.split('.')[0]
        if top in later.waiting and name not in later.LATER:
            later.run(top)  # a module of a package needs its __init__
            return importlib.util.spec_from_loader(name, Loaded(sys.modules[name])) \
                if name in sys.modules else None
        on_demand = name in gathering.GATHERING or name in later.LATER
        if on_demand and name in self.begun or not (on_demand or name in _after or name in _around):
            return None
        find = importlib.machinery.PathFinder.find_spec if on_demand else self.find_elsewhere
        spec = find(name, path, target)
        if spec is not None and isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            self.begun.add(name)
            spec.loader = Loader(spec.loader)
        return spec

    def find_elsewhere(self, name, path, target):
        """What the other finders say; a checkout that pip installs as editable has one of its own."""
        found = (each.find_spec(name, path, target) for each in sys.meta_path if each is not self)
        return next(filter(None, found), None)


class Loader(importlib.abc.Loader):
    """Loads a module as ever, but runs it on demand, or something after it."""

    def __init__(self, loader):
        self.loader = loader

    def create_module(self, spec):
        return self.loader.create_module(spec)

    def exec_module(self, module):
        name = module.__name__
        module.__spec__.loader = module.__loader__ = self.loader
        if name in gathering.GATHERING:
            gathering.waiting[name] = self.loader
            module.__class__ = gathering.Gathering
        elif name in later.LATER:
            later.waiting.add(name)
            module.__class__ = later.Later
        else:
            with _around.get(name, contextlib.nullcontext)():
                self.loader.exec_module(module)
            for function in _after.pop(name, ()):
                function()


class Loaded(importlib.abc.Loader):
    """A module that ran while it was looked for."""

    def __init__(self, module):
        self.module, self.spec = module, module.__spec__

    def create_module(self, spec):
        return self.module

    def exec_module(self, module):
        module.__spec__, module.__loader__ = self.spec, self.spec.loader
