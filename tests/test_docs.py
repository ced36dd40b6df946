"""Files of the tutorial and the pages after it are written, their commands run, in order in one folder."""
import importlib.util
import re
import runpy
import shlex
import sys
from pathlib import Path
from unittest.mock import MagicMock

import pytest
import torch
from mmengine.config import Config
from mmengine.logging import MessageHub, MMLogger
from mmengine.registry import MODELS

from mmpartseg.command_line import main
from mmpartseg.visualization import PartLocalVisualizer

ROOT = Path(__file__).parents[1]
PAGES = ('tutorial', 'predict', 'own_data', 'train', 'evaluate', 'deploy')
# run by CI as a whole, or about the environment
NOT_RUN = ('bash tools/quickstart.sh', 'labelme ', '. .venv/bin/activate', 'pip install ')
EXPORT_PACKAGES = ('onnx', 'onnxscript', 'onnxruntime')
BLOCK = re.compile(r'(?:<!-- test: (?P<extra>.*?) -->\n)?```(?P<kind>\w+)\n(?P<text>.*?)```', re.DOTALL)


def run_python(arguments, extra, monkeypatch):
    """A script in this process: importing torch for each would take most of the time."""
    script, *rest = arguments
    monkeypatch.setattr(sys, 'argv', [script, *rest, *extra])
    monkeypatch.syspath_prepend(str(Path(script).resolve().parent))  # as python does
    try:
        runpy.run_path(script, run_name='__main__')
    except SystemExit as finished:
        assert not finished.code, finished.code


def run_line(line, extra, monkeypatch):
    """One command of a shell block."""
    if line.startswith(NOT_RUN):
        return
    for once in (MMLogger, MessageHub, PartLocalVisualizer):
        once._instance_dict.clear()  # of the command before: each writes into a work dir of its own
    line = re.sub(r'\$\(cat (.*?)\)', lambda found: Path(found[1]).read_text(), line)
    words = shlex.split(line)
    if words[0] == 'PYTHONPATH=.':
        monkeypatch.syspath_prepend(str(Path.cwd()))
        words = words[1:]
    if words[:2] == ['mmpartseg', 'export'] and not all(map(importlib.util.find_spec, EXPORT_PACKAGES)):
        return
    if words[0] == 'mmpartseg':
        monkeypatch.setattr(sys, 'path', ['', *sys.path])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, 'argv', [])
            try:
                assert main([*words[1:], *extra]) == 0
            except SystemExit as finished:
                assert not finished.code, finished.code
        return
    assert words[0] == 'python', f'a page has a command that is not run: {line}'
    run_python(words[1:], extra, monkeypatch)


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A folder that looks like a clone after the quickstart."""
    monkeypatch.setitem(sys.modules, 'gradio', MagicMock())  # the page itself has a test of its own
    for name in ('configs', 'tools', 'mmpartseg'):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / 'data').mkdir()
    for name in ('sample_pascal_part', 'miniature'):
        (tmp_path / 'data' / name).symlink_to(ROOT / 'data' / name)
    monkeypatch.chdir(tmp_path)
    model = MODELS.build(Config.fromfile('configs/partclipseg/part_shapes.py').model)
    checkpoint = tmp_path / 'work_dirs' / 'quickstart_seed0' / 'finished.pth'
    checkpoint.parent.mkdir(parents=True)
    torch.save({'state_dict': model.state_dict()}, checkpoint)
    return tmp_path


def written_in(pages):
    """The text of pages, one after the other."""
    return '\n'.join((ROOT / 'docs' / f'{page}.md').read_text() for page in pages)


def test_tutorial_and_the_pages_after_it(clone, monkeypatch, capsys):
    for block in BLOCK.finditer(written_in(PAGES)):
        text = block['text']
        name = re.match(r'# (\S+\.py)\n', text)
        if block['kind'] == 'python' and name:
            (clone / name[1]).write_text(text)
        elif block['kind'] == 'python':
            (clone / 'example.py').write_text(text)
            runpy.run_path('example.py')
        else:
            extra = shlex.split(block['extra'] or '')
            for line in text.replace('\\\n', ' ').splitlines():
                run_line(line, extra, monkeypatch)
    assert 'parts that the checkpoint has never seen: whisker' in capsys.readouterr().out
    written = {str(path.relative_to(clone / 'work_dirs')) for path in (clone / 'work_dirs').rglob('*')}
    assert written >= {
        'predict/chelsea_mirrored.json', 'predict_cat/chelsea_parts.png', 'mine/last_checkpoint',
        'predict_why/chelsea_mirrored_panels.png', 'predict_why/chelsea_mirrored_attention.png',
        'predict_why/chelsea_mirrored_comparison.png', 'panels.png', 'attention.png', 'cutout.png',
        'predict_python/chelsea_mirrored.json', 'round1/labelme/chelsea_mirrored.json',
        'round1/training/last_checkpoint', 'round2/labelme',
        'predict_cat/chelsea_mirrored_overlay.png', 'mine/predictions/camera_overlay.png',
        'mine_no_enhance/last_checkpoint', 'mine_backbone/last_checkpoint',
        'predict_zoom/chelsea_mirrored.json', 'mine/counts.npz', 'compared/curves.png',
        'mine/figures/pred_all/mix_ups.png'}


def test_the_last_checkpoint_is_evaluated():
    """A best one was chosen on the data it is scored on."""
    readme = (ROOT / 'README.md').read_text()
    text = readme + (ROOT / 'docs' / 'running.md').read_text()
    tests = [line for line in text.splitlines() if re.match(r'(python )?tools/(dist_|slurm_)?test\.', line)]
    assert len(tests) > 1 and all(re.search(r'/iter_\d+\.pth', line) for line in tests), tests
    assert 'a `best_*` was chosen on the images it is scored on' in readme


def test_links_and_paths():
    """What the pages name in the clone exists."""
    text = written_in(PAGES)
    for path in set(re.findall(r'\b(?:tools|configs|tests)/[\w/]+\.(?:py|sh)\b', text)):
        assert (ROOT / path).is_file(), path
