"""Every tool answers ``--help`` at once: nothing slow is imported before the command line is read."""
import json
import subprocess
import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[2] / 'tools'
# torchrun.py hands its whole command line to torch's launcher
SCRIPTS = sorted(str(path.relative_to(TOOLS)) for path in TOOLS.rglob('*.py')
                 if "__name__ == '__main__'" in path.read_text() and path.name != 'torchrun.py')
SLOW = ['torch', 'numpy', 'cv2', 'mmengine', 'mmseg', 'mmpartseg', 'transformers', 'open_clip', 'matplotlib']
# one process for all: each leaves behind what it imported
ASK = f"""
import contextlib, io, json, runpy, sys
found = {{}}
for name in {SCRIPTS}:
    path = {str(TOOLS)!r} + '/' + name
    before, sys.argv, sys.path[0] = set(sys.modules), [path, '--help'], path.rpartition('/')[0]
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            runpy.run_path(path, run_name='__main__')
        code = None
    except SystemExit as ended:
        code = ended.code
    slow = [module for module in {SLOW} if module in sys.modules]
    for module in set(sys.modules) - before:
        del sys.modules[module]
    found[name] = [code, printed.getvalue(), slow]
print(json.dumps(found))
"""


@pytest.fixture(scope='module')
def answers():
    process = subprocess.run([sys.executable, '-c', ASK], capture_output=True, text=True, check=True)
    return json.loads(process.stdout)


@pytest.mark.parametrize('name', SCRIPTS)
def test_help(name, answers):
    code, printed, slow = answers[name]
    assert code == 0 and printed.startswith(f'usage: {Path(name).name}') and slow == []


def test_every_tool_is_asked():
    assert len(SCRIPTS) >= 24
    assert {'predict.py', 'train.py', 'benchmark.py', 'analysis/tables.py'} <= {*SCRIPTS}


def test_choices_are_those_of_the_package():
    """Stated twice, since the package is not imported for them."""
    from mmpartseg.apis.results import SHAPES
    from mmpartseg.benchmark.scaling import POINTS
    from tests.tiny_model import load_tool
    options = load_tool('predict_options')
    for shape in SHAPES:
        assert options.parse_args(['a.png', '--shapes', shape]).shapes == shape
    with pytest.raises(SystemExit):
        options.parse_args(['a.png', '--shapes', 'circles'])
    assert load_tool('benchmarking/options').SCALES == tuple(POINTS)
