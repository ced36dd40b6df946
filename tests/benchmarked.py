"""A tiny model for tools/benchmark.py."""
import json
import sys

import pytest

from mmpartseg.benchmark import measure  # noqa: E402
from tests.tiny import MASK_LOSSES
from tests.tiny_model import CONFIG, TOOLS, load_tool

sys.path.insert(0, str(TOOLS))
benchmark = load_tool('benchmark')
OPTIMIZER = "optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='AdamW', lr=1e-4))\n"
QUICK = ['--warmup', '0', '--repeats', '2']


@pytest.fixture(autouse=True)
def small_peak(monkeypatch):
    """The peak of a product that takes no seconds."""
    monkeypatch.setitem(measure.MATRIX_SIDE, 'cpu', 256)


@pytest.fixture(name='config')
def config_fixture(tmp_path):
    path = tmp_path / 'config.py'
    path.write_text(CONFIG + OPTIMIZER + f'model["decode_head"].update({MASK_LOSSES})\n')
    return str(path)


def report(arguments, path, settings=QUICK):
    benchmark.main([*arguments, *settings, '--json', str(path)])
    return json.loads(path.read_text())
