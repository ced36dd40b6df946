"""PartShapes: the folder that the converter writes."""
import importlib.util
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from mmpartseg.datasets.shapes import drawn_set, render_scene

TOOL = Path(__file__).parents[2] / 'tools' / 'dataset_converters' / 'part_shapes.py'


@pytest.fixture(scope='module')
def convert():
    spec = importlib.util.spec_from_file_location('part_shapes_tool', TOOL)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # so that worker processes find its functions
    spec.loader.exec_module(module)
    yield module.main
    del sys.modules[spec.name]


def files(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob('*') if p.is_file()}


def options(out, **changed):
    values = {'out': out, 'seed': 3, 'size': 48, 'num-train': 5, 'num-val': 3, 'num-test': 2,
              'workers': 1}
    values.update({key.replace('_', '-'): value for key, value in changed.items()})
    return [text for key, value in values.items() for text in (f'--{key}', str(value))]


def test_same_seed_gives_same_bytes_whatever_the_workers(convert, tmp_path):
    convert(options(tmp_path / 'one'))
    convert(options(tmp_path / 'two', workers=2))
    first, second = files(tmp_path / 'one'), files(tmp_path / 'two')
    assert len(first) == 3 * (5 + 3 + 2) + 1
    assert first == second


def test_another_seed_gives_other_pictures(convert, tmp_path):
    convert(options(tmp_path / 'one'))
    convert(options(tmp_path / 'two', seed=4))
    first, second = files(tmp_path / 'one'), files(tmp_path / 'two')
    assert first.keys() == second.keys()
    assert all(first[name] != second[name] for name in first)


def test_written_files_hold_the_scene(convert, tmp_path):
    convert(options(tmp_path / 'out'))
    image, parts, objects, *_ = render_scene(3, 'val', 2, 48)
    read = [cv2.imread(str(tmp_path / 'out' / folder / 'val' / '00002.png'), cv2.IMREAD_UNCHANGED)
            for folder in ('images', 'annotations_detectron2_part', 'annotations_detectron2_obj')]
    for found, drawn in zip(read, (image[..., ::-1], parts, objects)):
        np.testing.assert_array_equal(found, drawn)


def test_finished_folder_is_reused(convert, tmp_path, capsys):
    convert(options(tmp_path / 'out'))
    assert 'train: 5 images, val: 3 images, test: 2 images' in capsys.readouterr().out
    before = (tmp_path / 'out' / 'part_shapes.json').stat().st_mtime_ns
    convert(options(tmp_path / 'out'))
    assert 'reusing' in capsys.readouterr().out
    assert (tmp_path / 'out' / 'part_shapes.json').stat().st_mtime_ns == before


def test_two_runs_at_once(convert, tmp_path, monkeypatch, capsys):
    """The slower one takes what the faster one drew."""
    draw = drawn_set.draw

    def meanwhile(work, *args):
        monkeypatch.setattr(drawn_set, 'draw', draw)
        convert(options(tmp_path / 'out'))
        return draw(work, *args)
    monkeypatch.setattr(drawn_set, 'draw', meanwhile)
    convert(options(tmp_path / 'out'))
    assert [path.name for path in tmp_path.iterdir()] == ['out']
    assert 'which another run has just finished' in capsys.readouterr().out


def test_foreign_folder_is_refused_and_left_alone(convert, tmp_path):
    foreign = tmp_path / 'mine'
    foreign.mkdir()
    (foreign / 'notes.txt').write_text('keep')
    with pytest.raises(FileExistsError, match=r'mine holds something without part_shapes.json'):
        convert(options(foreign))
    assert files(foreign) == {'notes.txt': b'keep'}
    convert(options(tmp_path / 'out'))
    with pytest.raises(FileExistsError, match=r'out holds the same of other options'):
        convert(options(tmp_path / 'out', seed=9))


def test_bad_size_is_named(convert, tmp_path, capsys):
    with pytest.raises(SystemExit):
        convert(options(tmp_path / 'out', size=0))
    assert '--size must be at least 16, got 0' in capsys.readouterr().err


def test_contact_sheet_tiles_pictures_beside_part_maps(convert, tmp_path):
    convert(options(tmp_path / 'out', contact_sheet=tmp_path / 'sheet.png'))
    sheet = cv2.imread(str(tmp_path / 'sheet.png'))
    assert sheet.shape == (48, 10 * 2 * 48, 3)
    first = cv2.imread(str(tmp_path / 'out' / 'images' / 'val' / '00000.png'))
    np.testing.assert_array_equal(sheet[:, :48], first)
