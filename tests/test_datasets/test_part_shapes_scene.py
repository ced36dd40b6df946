"""PartShapes: what the scenes show, and the folder that the converter writes."""
import importlib.util
import sys
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest

from mmpartseg.datasets.shapes import load_classes, render_scene
from mmpartseg.datasets.shapes.part import TINTS, tint
from mmpartseg.taxonomy import split_name

TOOL = Path(__file__).parents[2] / 'tools' / 'dataset_converters' / 'part_shapes.py'
OBJECTS, UNSEEN, CLASSES = load_classes()
PAIRS = [split_name(name) for name in CLASSES]
OBJECT_OF = np.array([OBJECTS.index(obj) for obj, _ in PAIRS])


@pytest.fixture(scope='module')
def val_scenes():
    return [render_scene(0, 'val', i, 96) for i in range(200)]


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
    values = {'out': out, 'seed': 3, 'size': 48, 'num-train': 5, 'num-val': 3, 'workers': 1}
    values.update({key.replace('_', '-'): value for key, value in changed.items()})
    return [text for key, value in values.items() for text in (f'--{key}', str(value))]


def test_vocabulary_shares_parts_between_seen_and_unseen_objects():
    parts = {obj: {part for o, part in PAIRS if o == obj} for obj in OBJECTS}
    uses = Counter(part for names in parts.values() for part in names)
    assert len(OBJECTS) >= 12 and len(UNSEEN) >= 4
    assert sum(count > 1 for count in uses.values()) >= 8
    seen_parts = set().union(*(parts[obj] for obj in OBJECTS if obj not in UNSEEN))
    assert all(parts[obj] <= seen_parts for obj in UNSEEN)


def test_ids_are_valid_and_part_and_object_maps_agree(val_scenes):
    for image, parts, objects in val_scenes:
        assert image.shape == (96, 96, 3)
        assert image.dtype == parts.dtype == objects.dtype == np.uint8
        assert set(np.unique(objects)) <= {*range(len(OBJECTS)), 255}
        labelled = parts != 255
        assert parts[labelled].max() < len(CLASSES)
        np.testing.assert_array_equal(OBJECT_OF[parts[labelled]], objects[labelled])


def test_every_class_occurs_in_val_and_seen_objects_twice_as_often(val_scenes):
    parts = Counter(k for _, p, _ in val_scenes for k in np.unique(p) if k != 255)
    objects = Counter(k for _, _, o in val_scenes for k in np.unique(o) if k != 255)
    missing = [name for k, name in enumerate(CLASSES) if not parts[k]]
    assert not missing
    unseen = [objects[OBJECTS.index(name)] for name in UNSEEN]
    seen = [count for k, count in objects.items() if OBJECTS[k] not in UNSEEN]
    assert max(seen) < 2.5 * min(seen) and max(unseen) < 2.5 * min(unseen)
    assert 1.4 < np.mean(seen) / np.mean(unseen) < 2.8
    assert parts[CLASSES["horse's saddle"]] < 0.05 * len(val_scenes)  # the rare one


def test_some_object_pixels_belong_to_no_part(val_scenes):
    assert any(((parts == 255) & (objects != 255)).any() for _, parts, objects in val_scenes)


def test_eye_is_under_one_percent_of_its_object(val_scenes):
    areas = np.zeros((2, 2))
    for _, parts, objects in val_scenes:
        for row, name in enumerate(('cat', 'dog')):
            areas[row] += ((parts == CLASSES[f"{name}'s eye"]).sum(),
                           (objects == OBJECTS.index(name)).sum())
    # The two eyes of a cat count together in the maps.
    assert areas[0, 0] / 2 < 0.01 * areas[0, 1]
    assert areas[1, 0] < 0.01 * areas[1, 1]


def test_unseen_objects_are_few_in_train_and_sometimes_alone():
    unseen = [OBJECTS.index(name) for name in UNSEEN]
    maps = [render_scene(0, 'train', i, 48)[2] for i in range(100)]
    shown = [set(np.unique(m)) - {255} for m in maps]
    with_unseen = [s for s in shown if s & set(unseen)]
    assert 5 <= len(with_unseen) < 20
    assert any(s <= set(unseen) for s in with_unseen)


def test_label_boundary_agrees_with_the_image():
    """The picture changes most where the labels change, not a pixel or two beside it."""
    shifts = range(-3, 4)
    steps = np.zeros((2, len(shifts)))
    for index in range(30):
        image, _, objects = render_scene(1, 'val', index, 96)
        for axis in (0, 1):
            step = np.abs(np.diff(image.astype(float), axis=axis)).mean(2)
            change = np.diff(objects.astype(int), axis=axis) != 0
            steps[axis] += [step[np.roll(change, shift, axis)].mean() for shift in shifts]
    assert [shifts[i] for i in steps.argmax(1)] == [0, 0], steps


def test_same_seed_gives_same_bytes_whatever_the_workers(convert, tmp_path):
    convert(options(tmp_path / 'one'))
    convert(options(tmp_path / 'two', workers=2))
    first, second = files(tmp_path / 'one'), files(tmp_path / 'two')
    assert len(first) == 3 * (5 + 3) + 1
    assert first == second


def test_another_seed_gives_other_pictures(convert, tmp_path):
    convert(options(tmp_path / 'one'))
    convert(options(tmp_path / 'two', seed=4))
    first, second = files(tmp_path / 'one'), files(tmp_path / 'two')
    assert first.keys() == second.keys()
    assert all(first[name] != second[name] for name in first)


def test_written_files_hold_the_scene(convert, tmp_path):
    convert(options(tmp_path / 'out'))
    image, parts, objects = render_scene(3, 'val', 2, 48)
    read = [cv2.imread(str(tmp_path / 'out' / folder / 'val' / '00002.png'), cv2.IMREAD_UNCHANGED)
            for folder in ('images', 'annotations_detectron2_part', 'annotations_detectron2_obj')]
    for found, drawn in zip(read, (image[..., ::-1], parts, objects)):
        np.testing.assert_array_equal(found, drawn)


def test_finished_folder_is_reused(convert, tmp_path, capsys):
    convert(options(tmp_path / 'out'))
    assert 'train: 5 images, val: 3 images' in capsys.readouterr().out
    before = (tmp_path / 'out' / 'part_shapes.json').stat().st_mtime_ns
    convert(options(tmp_path / 'out'))
    assert 'reusing' in capsys.readouterr().out
    assert (tmp_path / 'out' / 'part_shapes.json').stat().st_mtime_ns == before


def test_two_runs_at_once(convert, tmp_path, monkeypatch, capsys):
    """The slower one takes what the faster one drew."""
    module = sys.modules['part_shapes_tool']
    draw = module.draw

    def meanwhile(work, args):
        monkeypatch.setattr(module, 'draw', draw)
        convert(options(tmp_path / 'out'))
        return draw(work, args)
    monkeypatch.setattr(module, 'draw', meanwhile)
    convert(options(tmp_path / 'out'))
    assert [path.name for path in tmp_path.iterdir()] == ['out']
    assert 'which another run has just finished' in capsys.readouterr().out


def test_foreign_folder_is_refused_and_left_alone(convert, tmp_path):
    foreign = tmp_path / 'mine'
    foreign.mkdir()
    (foreign / 'notes.txt').write_text('keep')
    with pytest.raises(FileExistsError, match=r'mine holds something other than PartShapes'):
        convert(options(foreign))
    assert files(foreign) == {'notes.txt': b'keep'}
    convert(options(tmp_path / 'out'))
    with pytest.raises(FileExistsError, match=r'out holds PartShapes of other options'):
        convert(options(tmp_path / 'out', seed=9))


def test_bad_size_is_named(convert, tmp_path, capsys):
    with pytest.raises(SystemExit):
        convert(options(tmp_path / 'out', size=0))
    assert '--size must be at least 16, got 0' in capsys.readouterr().err


def test_contact_sheet_tiles_pictures_beside_part_maps(convert, tmp_path):
    convert(options(tmp_path / 'out', contact_sheet=tmp_path / 'sheet.png'))
    sheet = cv2.imread(str(tmp_path / 'sheet.png'))
    assert sheet.shape == (48, 4 * 2 * 48, 3)
    first = cv2.imread(str(tmp_path / 'out' / 'images' / 'val' / '00000.png'))
    np.testing.assert_array_equal(sheet[:, :48], first)


def test_kinds_of_parts_lean_towards_a_colour_of_their_own():
    assert tint((100, 200, 0), 'leg', strength=0.25) == (93, 165, 16)
    assert tint((100, 200, 0), 'torso') == (100, 200, 0)
    assert set(TINTS) <= {part for _, part in PAIRS}
