"""``--help`` is answered at once, and a prediction starts soon: what is slow is imported when needed."""
import sys
from pathlib import Path

import pytest

from mmpartseg.command_line import COMMANDS, converters, is_command
from tests.started import answers, cpu_seconds

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / 'tools'
SCRIPTS = sorted(str(path.relative_to(TOOLS)) for path in TOOLS.rglob('*.py')
                 if "__name__ == '__main__'" in path.read_text())
NAMES = [[], *([name] for name in COMMANDS), *(['convert', name] for name in sorted(converters()))]
AT_ONCE = 0.5  # CPU seconds; 0.05 are usual, importing torch takes 1.5
START = 4  # CPU seconds of a prediction, from the command to its files, with compiled files


@pytest.fixture(scope='module')
def helped():
    """What all tools and commands answer, by tool or words of the command."""
    asked = [(str(TOOLS / name), ['--help']) for name in SCRIPTS]
    asked += [('mmpartseg', [*words, '--help']) for words in NAMES]
    return dict(zip([*SCRIPTS, *map(' '.join, NAMES)], answers(asked, ROOT), strict=True))


@pytest.mark.parametrize('name', SCRIPTS)
def test_help(name, helped):
    code, printed, modules, seconds = helped[name]
    assert code in (0, None) and printed.startswith(f'usage: {Path(name).name} '), printed
    assert modules <= neighbours(name) and seconds < AT_ONCE, modules


def neighbours(name):
    """Modules of options beside a tool, and their package."""
    folder = (TOOLS / name).parent
    return {path.stem for path in folder.glob('*_options.py')} | {'benchmarking', 'benchmarking.options'}


@pytest.mark.parametrize('words', map(' '.join, NAMES))
def test_help_of_a_command(words, helped):
    code, printed, modules, seconds = helped[words]
    assert code == 0 and printed.startswith(f'usage: mmpartseg{" " * bool(words)}{words} '), printed
    ours = {each for each in modules if each.split('.')[0] == 'mmpartseg'}
    assert ours <= {'mmpartseg', *(f'mmpartseg.{each}' for each in (
        '__main__', 'command_line', 'printable', 'shipped', 'spelling', 'taxonomy', 'version'))}
    assert modules - ours <= {'predict_options', 'model_options', 'converter_options'} and seconds < AT_ONCE


def test_every_tool_is_asked():
    assert len(SCRIPTS) >= 42 and len(NAMES) >= 20
    assert {'predict.py', 'train.py', 'benchmark.py', 'torchrun.py', 'analysis/tables.py'} <= {*SCRIPTS}


@pytest.mark.parametrize('started, expected', [
    ('python -m mmpartseg predict', True), ('/venv/bin/python /venv/bin/mmpartseg test', True),
    ('python -X importtime -W ignore -m mmpartseg predict', True), ('python -Xdev -u -m mmpartseg', True),
    ('python -X dev tools/predict.py mmpartseg', False), ('python -m pytest mmpartseg', False),
    ('python', False)])
def test_what_is_started_as_the_command(started, expected, monkeypatch):
    """With options of the interpreter, which may have a word of their own, too: else --help took seconds."""
    monkeypatch.setattr(sys, 'orig_argv', started.split())
    assert is_command() == expected


def test_a_prediction_starts_soon(tmp_path):
    """At the second try where the first one compiles files; later where torch alone takes long."""
    picture = ROOT / 'data/sample_pascal_part/images/val/camera.jpg'
    limit = max(START, 2.5 * cpu_seconds('-c', 'import torch', cwd=tmp_path))
    for _ in range(3):
        seconds = cpu_seconds(TOOLS / 'predict.py', picture, '--model', 'mini', '--parts', 'cat: head',
                              '--out', tmp_path / 'out', cwd=tmp_path)
        if seconds < limit:
            break
    assert seconds < limit
    assert (tmp_path / 'out/camera_overlay.png').is_file()


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
