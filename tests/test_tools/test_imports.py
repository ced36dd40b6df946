"""Tools import mmpartseg before mmseg and mmdet, which alone refuse mmcv 2.2.0 and later by its number."""
import ast
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[2] / 'tools'
MODULES = sorted(str(path.relative_to(TOOLS)) for path in TOOLS.rglob('*.py'))


def packages(tree):
    """The packages that a module imports, in functions too, in their order."""
    found = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
    for node in sorted(found, key=lambda node: node.lineno):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition('.')[0] for alias in node.names)
        elif node.level == 0:
            yield node.module.partition('.')[0]


def test_there_are_some():
    assert len(MODULES) > 50


@pytest.mark.parametrize('module', MODULES)
def test_ours_come_first(module):
    found = list(packages(ast.parse((TOOLS / module).read_text())))
    first = next((name for name in found if name in ('mmpartseg', 'mmseg', 'mmdet')), 'mmpartseg')
    assert first == 'mmpartseg'
