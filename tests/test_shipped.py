"""Shipped configs by name, from whatever folder."""
from pathlib import Path

import pytest
from mmengine.config import Config

from mmpartseg.engine import read_config
from mmpartseg.shipped import config_path, shipped_root


@pytest.mark.parametrize('name, expected', [
    ('part_shapes', 'partclipseg/part_shapes.py'), ('partclipseg/pascal_part', 'partclipseg/pascal_part.py'),
    ('configs/clipseg/pascal_part.py', 'clipseg/pascal_part.py'), ('zero_shot', 'clipseg/zero_shot.py'),
])
def test_names(name, expected, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert config_path(name) == str(shipped_root() / 'configs' / expected)
    assert read_config(name, {}).model.type == 'PartSegmentor'


def test_files_come_first(tmp_path, monkeypatch):
    (tmp_path / 'part_shapes').write_text('a = 1')
    monkeypatch.chdir(tmp_path)
    assert config_path('part_shapes') == 'part_shapes'


@pytest.mark.parametrize('name, near', [('part_shape', 'part_shapes'),
                                        ('partclipseg/pascal', 'partclipseg/pascal_part')])
def test_near_misses(name, near):
    with pytest.raises(FileNotFoundError, match=f"no config '{name}': neither .*; did you mean '{near}'"):
        config_path(name)


@pytest.mark.parametrize('name', ['../setup', '_base_/default_runtime', '_base_/models/clipseg_tiny',
                                  'gone.py'])
def test_nothing_else(name):
    with pytest.raises(FileNotFoundError, match=f"there is no config '{name}'"):
        config_path(name)


def test_tests_read_a_config_once_and_each_its_own():
    """tests/read_once.py: what one test changes, the next does not see."""
    path = config_path('partclipseg/part_shapes')
    first = Config.fromfile(path)
    first.model.decode_head.clear()
    again = Config.fromfile(Path(path))
    assert again.model.decode_head.type == 'PartCLIPSegHead' and again.filename == Path(path)
    assert again.pretty_text == Config.fromfile(path, True).pretty_text  # read anew
