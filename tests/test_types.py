"""Types: public functions state theirs, and mypy.ini lists modules that exist."""
import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def test_typed_modules_exist():
    """A module that mypy.ini lists in vain would be checked for nothing."""
    sections = ','.join(re.findall(r'^\[mypy-(.*)\]', (ROOT / 'mypy.ini').read_text(), re.MULTILINE))
    listed = re.findall(r'mmpartseg[\w.]*(?:\.\*)?', sections)
    assert len(listed) > 5
    for name in listed:
        path = ROOT / name.removesuffix('.*').replace('.', '/')
        assert path.with_suffix('.py').is_file() or (path / '__init__.py').is_file(), name


def untyped(path):
    """Public functions and methods of a file that lack a type of an argument or of what they return."""
    def within(node, is_public, of=''):
        for each in ast.iter_child_nodes(node):
            name = getattr(each, 'name', '')
            public = is_public and (not name.startswith('_') or name in ('__init__', '__call__'))
            if isinstance(each, ast.ClassDef):
                yield from within(each, public, f'{name}.')
            elif isinstance(each, ast.FunctionDef) and public:
                spec = each.args
                given = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs, spec.vararg, spec.kwarg]
                arguments = [a for a in given if a is not None and a.arg not in ('self', 'cls')]
                if any(a.annotation is None for a in arguments) or not (each.returns or name == '__init__'):
                    yield f'{path.name}:{each.lineno} {of}{name}'
    return list(within(ast.parse(path.read_text()), True))


@pytest.mark.parametrize('pattern', [
    'taxonomy.py', 'palette.py', 'printable.py', 'apis/*.py', 'evaluation/*.py', 'checkpoints/*.py',
    'zoo/*.py',
    'datasets/*.py', 'datasets/preparation/*.py', 'datasets/shapes/*.py', 'datasets/transforms/*.py'
])
def test_public_functions_have_types(pattern):
    files = list(ROOT.glob(f'mmpartseg/{pattern}'))
    assert files and [each for path in files for each in untyped(path)] == []


def test_a_function_without_types_is_found(tmp_path):
    path = tmp_path / 'file.py'
    path.write_text('def typed(a: int) -> int: ...\ndef half(a: int): ...\nclass C:\n'
                    '    def m(self, b) -> int: ...\n    def _own(self, b): ...\n'
                    '    def __init__(self, *args): ...\n')
    assert untyped(path) == ['file.py:2 half', 'file.py:4 C.m', 'file.py:6 C.__init__']
