"""Tools import mmpartseg before mmseg and mmdet, which alone refuse mmcv 2.2.0 and later by its number."""
import ast
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[2] / 'tools'
SCRIPTS = sorted(str(path.relative_to(TOOLS)) for path in TOOLS.rglob('*.py')
                 if "__name__ == '__main__'" in path.read_text())


def packages(tree):
    """The packages that a module imports, in their order."""
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module.partition('.')[0]
        elif isinstance(node, ast.Import):
            yield from (alias.name.partition('.')[0] for alias in node.names)


def test_there_are_scripts():
    assert len(SCRIPTS) > 30


@pytest.mark.parametrize('script', SCRIPTS)
def test_ours_come_first(script):
    found = list(packages(ast.parse((TOOLS / script).read_text())))
    first = next((name for name in found if name in ('mmpartseg', 'mmseg', 'mmdet')), 'mmpartseg')
    assert first == 'mmpartseg'
