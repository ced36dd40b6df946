"""Modules that others import for a class or a function, which stands for itself until it is used."""
import ast
import functools
import importlib
import sys
import types

from .gathering import STATED, spec_of

TOGETHER = (  # what runs with each other
    ('open_clip.coca_model',), ('open_clip.hf_model',), ('open_clip.timm_model',), ('open_clip.transform',),
    ('torchvision', 'torchvision.ops', 'torchvision.ops.misc'),
    ('mmengine.utils.progressbar_rich',), ('rich.console', 'rich.progress', 'rich.text'),
    ('yapf', 'yapf.yapflib', 'yapf.yapflib.yapf_api'))
LATER = {name: group for group in TOGETHER for name in group}

waiting: set[str] = set()  # those that have not run


def run(name):
    """The module itself, in place of a :class:`Later`."""
    for each in LATER[name]:
        if each in waiting:
            waiting.remove(each)
            del sys.modules[each]
    return importlib.import_module(name)


@functools.cache
def defined(module):
    """dict[str, type]: classes and functions of a module, by name, without running it."""
    body = ast.parse(spec_of(module).loader.get_source(module)).body
    return {node.name: type(node) for node in body if isinstance(node, (ast.ClassDef, ast.FunctionDef))}


class Later(types.ModuleType):
    """A module that has not run."""

    def __getattr__(self, name):
        if name.startswith('__') and name not in STATED:
            raise AttributeError(f'module {self.__name__!r} has no attribute {name!r}')
        kind = defined(self.__name__).get(name) if self.__name__ in waiting else None
        if kind is ast.ClassDef:
            return later_class(self.__name__, name)
        if kind is ast.FunctionDef:
            return lambda *args, **kwargs: getattr(run(self.__name__), name)(*args, **kwargs)
        return getattr(run(self.__name__), name)


class LaterClass(type):
    """A class whose module has not run: nothing is an instance of it before that."""

    def __new__(cls, name, bases, namespace):
        if not bases:
            return super().__new__(cls, name, bases, namespace)
        bases = tuple(base.real() if isinstance(base, LaterClass) else base for base in bases)
        return types.new_class(name, bases, exec_body=lambda body: body.update(namespace))

    def real(cls):
        return getattr(run(cls.__module__), cls.__name__)

    def __call__(cls, *args, **kwargs):
        return cls.real()(*args, **kwargs)

    def __instancecheck__(cls, instance):
        return cls.__module__ not in waiting and isinstance(instance, cls.real())

    def __subclasscheck__(cls, other):
        return cls.__module__ not in waiting and issubclass(other, cls.real())

    def __getattr__(cls, name):
        if name.startswith('__'):
            raise AttributeError(name)
        return getattr(cls.real(), name)


@functools.cache
def later_class(module, name):
    """The one :class:`LaterClass` of a name."""
    return LaterClass(name, (), dict(__module__=module))
