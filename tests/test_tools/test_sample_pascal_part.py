"""The sample photos: their maps are what their polygons paint, and bad polygons are refused."""
import copy
import importlib.util
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mmpartseg.datasets.preparation import object_of_pixel
from mmpartseg.taxonomy import load_metainfo

ROOT = Path(__file__).parents[2]
DATA = ROOT / 'data' / 'sample_pascal_part'
METAINFO = load_metainfo('pascal_part_116')
SQUARE = [1, 1, 9, 1, 9, 9, 1, 9]


def classes(object_name, *parts):
    return {f"{object_name}'s {part}" for part in parts}


CAT = classes('cat', 'head', 'ear', 'eye', 'nose', 'neck', 'torso')
PERSON = classes('person', 'head', 'hair', 'ear', 'eye', 'eyebrow', 'nose', 'mouth', 'neck',
                 'torso', 'upper arm', 'lower arm')
MOTORBIKE = classes('motorbike', 'wheel', 'saddle', 'handlebar', 'headlight')
EXPECTED = {
    'train/chelsea': CAT,
    'train/astronaut': PERSON,
    'train/motorcycle_right': MOTORBIKE,
    'val/camera': PERSON | classes('person', 'hand', 'leg'),
    'val/motorcycle_left': (MOTORBIKE | classes('bottle', 'body', 'cap')
                            | classes('bicycle', 'wheel', 'saddle', 'handlebar')),
    'val/chelsea_mirrored': CAT,
}


@pytest.fixture(scope='module')
def tool():
    spec = importlib.util.spec_from_file_location(
        'sample_pascal_part_tool', ROOT / 'tools/dataset_converters/sample_pascal_part.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def entry(object_name, part, *polygons):
    return {'object': object_name, 'part': part, 'polygons': list(polygons)}


@pytest.fixture
def photo():
    """A cat with a head in a picture of 12 x 10 pixels."""
    return {'file': 'tom.jpg', 'split': 'train', 'entries': [
        entry('cat', None, [0, 0, 12, 0, 12, 6, 0, 6]), entry('cat', "cat's head", SQUARE)]}


@pytest.fixture
def folder(tmp_path, photo):
    """A data set of that photo."""
    (tmp_path / 'images/train').mkdir(parents=True)
    Image.new('RGB', (12, 10)).save(tmp_path / 'images/train/tom.jpg')
    store(tmp_path, photo)
    return tmp_path


def store(folder, *photos):
    (folder / 'annotations.json').write_text(json.dumps({'photos': photos}))


def read_map(kind, name, root=DATA):
    with Image.open(root / f'annotations_detectron2_{kind}' / f'{name}.png') as image:
        assert image.mode == 'L'
        return np.array(image)


def test_the_committed_maps_are_what_the_polygons_paint(tool, tmp_path):
    assert tool.convert(DATA, tmp_path) == len(EXPECTED)
    painted = {p.relative_to(tmp_path) for p in tmp_path.rglob('*') if p.is_file()}
    assert painted == {p.relative_to(DATA) for p in DATA.glob('annotations_*/*/*')}
    for name in EXPECTED:
        for kind in ('part', 'obj'):
            np.testing.assert_array_equal(read_map(kind, name, tmp_path), read_map(kind, name))


@pytest.mark.parametrize('name', EXPECTED)
def test_maps_show_the_expected_classes_and_fit_the_photo(name):
    parts, objects = read_map('part', name), read_map('obj', name)
    with Image.open(DATA / 'images' / f'{name}.jpg') as image:
        assert parts.shape == objects.shape == image.size[::-1]
    shown = {METAINFO['object_part_classes'][i] for i in np.unique(parts) if i != 255}
    assert shown == EXPECTED[name]
    labelled = parts != 255
    np.testing.assert_array_equal(objects[labelled],
                                  object_of_pixel(parts, 'pascal_part_116')[labelled])


def test_every_photo_is_annotated_and_small():
    photos = {str(p.relative_to(DATA / 'images').with_suffix(''))
              for p in (DATA / 'images').glob('*/*')}
    assert photos == set(EXPECTED)
    assert sum(p.stat().st_size for p in DATA.rglob('*') if p.is_file()) < 3e6
    for photo in json.loads((DATA / 'annotations.json').read_text())['photos']:
        assert photo['source'] and photo['licence']


def test_later_entries_lie_over_earlier_ones(tool, photo):
    photo['entries'].append(entry('cat', None, [1, 1, 9, 1, 9, 3, 1, 3]))
    photo['entries'].append(entry(None, None, [0, 0, 5, 0, 5, 10, 0, 10]))
    parts, objects = tool.render(photo, (10, 12), METAINFO)
    head, cat = METAINFO['object_part_classes'].index("cat's head"), 7
    np.testing.assert_array_equal(np.argwhere(parts == head)[[0, -1]], [[3, 5], [5, 8]])
    assert (objects[:6, 5:] == cat).all() and (objects == cat).sum() == 42
    assert (parts[objects == 255] == 255).all()


@pytest.mark.parametrize('key, value, message', [
    ('object', 'kitten', "unknown object 'kitten'"),
    ('part', "cat's wheel", "unknown part \"cat's wheel\""),
    ('part', "dog's head", "does not belong to object 'cat'"),
    ('polygons', [], 'at least one polygon'),
    ('polygons', [[1, 1, 9, 1]], 'polygon 1: needs at least 3 points, got 2'),
    ('polygons', [SQUARE, [1, 1, 9]], r'polygon 2: must read \[x1, y1'),
    ('polygons', [[1, 1, 13, 1, 9, 9]],
     r'point \[13.0, 1.0\] lies outside the image of 12 x 10 pixels'),
    ('polygons', [[1, 1, 9, -1, 9, 9]], r'point \[9.0, -1.0\] lies outside'),
    ('polygons', [[1, 7, 9, 7, 9, 9]], 'covers no pixel of a cat'),
])
def test_a_bad_entry_is_named(tool, photo, key, value, message):
    photo['entries'][1][key] = value
    with pytest.raises(ValueError, match=rf"photo 'tom\.jpg', entry 2 .*{message}"):
        tool.render(photo, (10, 12), METAINFO)


@pytest.mark.parametrize('key', ['object', 'part', 'polygons'])
def test_a_missing_key_is_named(tool, photo, key):
    del photo['entries'][1][key]
    with pytest.raises(ValueError, match=rf"'tom\.jpg', entry 2 .*'{key}' is missing"):
        tool.render(photo, (10, 12), METAINFO)


@pytest.mark.parametrize('key, value, message', [
    ('split', 'test', 'split must be one of'), ('entries', [], "'entries' is missing or empty")])
def test_a_bad_photo_is_named(tool, folder, photo, key, value, message):
    photo[key] = value
    store(folder, photo)
    with pytest.raises(ValueError, match=rf"photo 1 \('tom\.jpg'\): {message}"):
        tool.convert(folder, folder)


def test_a_photo_is_annotated_once_and_present(tool, folder, photo):
    store(folder, photo, photo)
    with pytest.raises(ValueError, match=r"photo 2 \('tom\.jpg'\): there is another"):
        tool.convert(folder, folder)
    (folder / 'annotations.json').write_text('{"photos"')
    with pytest.raises(ValueError, match="no JSON object with a list 'photos'"):
        tool.convert(folder, folder)
    store(folder, photo)
    (folder / 'images/train/tom.jpg').unlink()
    with pytest.raises(FileNotFoundError, match=r'tom\.jpg'):
        tool.convert(folder, folder)
    shutil.rmtree(folder / 'images')
    (folder / 'annotations.json').unlink()
    with pytest.raises(FileNotFoundError, match=r'annotations\.json'):
        tool.convert(folder, folder)


def test_nothing_is_written_unless_every_photo_is_in_order(tool, folder, photo):
    bad = copy.deepcopy(photo) | {'split': 'val'}
    bad['entries'][1]['part'] = "cat's wheel"
    (folder / 'images/val').mkdir()
    shutil.copy(folder / 'images/train/tom.jpg', folder / 'images/val')
    store(folder, photo, bad)
    with pytest.raises(ValueError, match='entry 2'):
        tool.convert(folder, folder / 'maps')
    assert not (folder / 'maps').exists()
