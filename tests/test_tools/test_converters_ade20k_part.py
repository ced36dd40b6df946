"""ADE20K-Part-234: object maps from instances, and what the zero-shot test set adds."""
import json

import ade20k_part
import cv2
import numpy as np
import pytest
from miniatures import ADE_SCENES, SHAPE, box_mask, part_map, polygons, write_ade20k_part_234
from pycocotools import mask as coco_mask

from mmpartseg.taxonomy import load_metainfo

META = load_metainfo('ade20k_part_234')
LONG_RUN = coco_mask.encode(np.ones((99, 99), np.uint8, order='F'))['counts'].decode()
OBJECTS, CLASSES = META['object_classes'], META['object_part_classes']


@pytest.fixture
def root(tmp_path):
    write_ade20k_part_234(tmp_path)
    return tmp_path


def read(path):
    return cv2.imread(str(path), cv2.IMREAD_UNCHANGED)  # in the depth that is stored, which Pillow widens


def edit(path, change):
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def outputs(root):
    return sorted(str(p.relative_to(root)) for p in root.rglob('*')
                  if 'obj' in str(p) or 'unseen' in str(p) or p.suffix == '.tmp')


def test_object_maps(root):
    ade20k_part.convert(root, workers=1, overwrite=False)
    labels = read(root / 'annotations_detectron2_obj/training/ADE_train_00000001.png')
    expected = np.full(SHAPE, 255, np.uint8)
    expected[box_mask((8, 8, 40, 30))] = OBJECTS.index('chair')
    expected[box_mask((0, 40, 48, 60))] = OBJECTS.index('person')
    assert labels.dtype == np.uint8
    np.testing.assert_array_equal(labels, expected)
    # A polygon, a compressed and an uncompressed RLE are among the instances of each file.
    for split, scenes in ADE_SCENES.items():
        names = {p.stem for p in (root / f'annotations_detectron2_obj/{split}').iterdir()}
        assert names == set(scenes)


def test_overlap_goes_to_the_part_shown_else_to_the_later_instance(root):
    edit(root / 'ade20k_instance_train.json', lambda c: c['annotations'].append(
        {'id': 900, 'image_id': 1, 'category_id': OBJECTS.index('table'),
         'segmentation': polygons((24, 0, 40, 40))}))
    ade20k_part.convert(root, workers=1, overwrite=False)
    labels = read(root / 'annotations_detectron2_obj/training/ADE_train_00000001.png')
    assert OBJECTS[labels[26, 20]] == 'chair'  # its seat is labelled there
    assert OBJECTS[labels[29, 20]] == 'table'  # no part is, and the table comes later


def test_unseen_training_images(root):
    ade20k_part.convert(root, workers=1, overwrite=False)
    listed = (root / 'training_unseen.txt').read_text().splitlines()
    assert listed == ['ADE_train_00000002', 'ADE_train_00000003']
    scene = [s for s in ADE_SCENES['training']['ADE_train_00000002'] if s[0] == 'bus']
    parts = read(root / 'annotations_detectron2_part/training_unseen/ADE_train_00000002.png')
    assert parts.dtype == np.uint16
    np.testing.assert_array_equal(parts, part_map(scene, CLASSES, np.uint16))
    objects = read(root / 'annotations_detectron2_obj/training_unseen/ADE_train_00000002.png')
    np.testing.assert_array_equal(
        objects, np.where(box_mask((6, 20, 44, 62)), OBJECTS.index('bus'), 255))


def test_counts(root, capsys):
    report = ade20k_part.convert(root, workers=1, overwrite=False)
    splits = report['splits']
    assert {s: c['images'] for s, c in splits.items()} == {
        'training': 3, 'validation': 2, 'training_unseen': 2}
    present = {k: n for k, n in splits['training']['objects'].items() if n}
    assert present == {'chair': 1, 'person': 2, 'bus': 1, 'desk': 1}
    present = {k: n for k, n in splits['training_unseen']['classes'].items() if n}
    assert present == {"bus's wheel": 1, "bus's window": 1, "desk's leg": 1, "desk's top": 1}
    assert list(splits['training']['classes']) == CLASSES
    assert json.loads((root / 'conversion.json').read_text()) == report
    assert 'training: 3 images' in capsys.readouterr().out


def test_workers_make_the_same_files(root, tmp_path_factory):
    other = tmp_path_factory.mktemp('other')
    write_ade20k_part_234(other)
    ade20k_part.convert(root, workers=1, overwrite=False)
    ade20k_part.convert(other, workers=2, overwrite=False)
    assert outputs(root) == outputs(other)
    for path in outputs(root):
        if (root / path).is_file():
            assert (root / path).read_bytes() == (other / path).read_bytes()


def test_a_second_run_paints_only_what_is_missing_or_damaged(root):
    ade20k_part.convert(root, workers=1, overwrite=False)
    folder = root / 'annotations_detectron2_obj/training'
    good = [p.read_bytes() for p in sorted(folder.iterdir())]
    first, second, third = sorted(folder.iterdir())
    first.unlink()
    second.write_bytes(second.read_bytes()[:-30])
    cv2.imwrite(str(third), np.zeros(SHAPE, np.uint8))  # complete, so nobody's business
    validation = root / 'annotations_detectron2_obj/validation/ADE_val_00000001.png'
    before = validation.stat().st_mtime_ns
    ade20k_part.convert(root, workers=1, overwrite=False)
    assert [first.read_bytes(), second.read_bytes()] == good[:2]
    assert not read(third).any()
    assert validation.stat().st_mtime_ns == before
    ade20k_part.convert(root, workers=1, overwrite=True)
    assert third.read_bytes() == good[2]
    assert validation.stat().st_mtime_ns > before


@pytest.mark.parametrize('change, message', [
    (lambda c: c['annotations'][0].update(category_id=44),
     r"train\.json: annotation 100 of 'ADE_train_00000001\.jpg': unknown category 44.*0 to 43"),
    (lambda c: c['annotations'][0].update(category_id='chair'), "unknown category 'chair'"),
    (lambda c: c['annotations'][0].update(image_id=9), 'annotation 100: no image has the id 9'),
    (lambda c: c['annotations'][0].pop('segmentation'), r"annotation without \['segmentation'\]"),
    (lambda c: c['annotations'][0].update(segmentation=polygons((50, 70, 60, 90))),
     r"annotation 100 of 'ADE_train_00000001\.jpg': instance outside its image.*64 x 48"),
    (lambda c: c['annotations'][0].update(segmentation=polygons((10, 10, 60, 20))),
     'annotation 100 .*instance outside its image'),
    (lambda c: c['annotations'][0].update(segmentation=[[1, 2, 3, 4, 5]]),
     'annotation 100.*polygons'),
    (lambda c: c['annotations'][0].update(segmentation='x'), 'annotation 100.*an RLE or a list'),
    (lambda c: c['annotations'][1]['segmentation'].update(size=[9, 9]),
     r'annotation 101.*RLE of size \[9, 9\] in an image of \[48, 64\]'),
    (lambda c: c['annotations'][1]['segmentation'].update(counts=LONG_RUN),
     'annotation 101.*sum to 9801, expected 3072'),
    (lambda c: c['annotations'][2]['segmentation'].update(counts=[5, 5]),
     r'annotation 102.*sum to 10, expected 3072'),
    (lambda c: c['images'][1].update(id=1), 'image 1: this id is used twice'),
    (lambda c: c['annotations'][2]['segmentation'].update(counts=[None, 5]),
     'annotation 102.*do not decode .*no whole numbers'),
    (lambda c: c['annotations'][1]['segmentation'].update(counts=''), 'annotation 101.*not the text'),
    (lambda c: c['annotations'][0].update(segmentation=[[[1, 2], [3, 4], [5, 6]]]),
     'annotation 100.*polygons'),
    (lambda c: c['images'][1].update(file_name='train/ADE_train_00000001.jpg'),
     r"image 2 \('ADE_train_00000001\.jpg'\): image 1 has the same name"),
    (lambda c: c['categories'][0].pop('id'), r"category without \['id'\]"),
    (lambda c: [entry.update(id=entry['id'] + 1) for entry in c['categories']],
     "category 1 is called 'airplane', which has the id 0 here"),
    (lambda c: c['categories'][1].update(name='AIR-plane'),
     "category 1 is called 'AIR-plane', which has the id 0 here"),
    (lambda c: c['categories'][1].update(name='fauteuil'),
     "category 1 is called 'fauteuil', expected 'armchair'; nothing was painted"),
    (lambda c: c['images'][1].update(height=-48), 'image 2 .*whole numbers above 0, got -48 and 64'),
    (lambda c: c['annotations'][0].update(category_id=[3]), r"with \['category_id'\] that are no"),
    (lambda c: c['images'][1].update(height='48'), "image 2 .*whole numbers above 0, got '48' and 64"),
    (lambda c: c['images'][1].pop('height'), r"image without \['height'\]"),
    (lambda c: (c['images'][1].update(width=65), c['annotations'].clear()),
     r"image 2 \('ADE_train_00000002\.jpg'\): stated as 65 x 48, the file is 64 x 48"),
    (lambda c: c.pop('images'), "must be an object with the lists 'images' and 'annotations'"),
])
def test_broken_entries(root, change, message):
    edit(root / 'ade20k_instance_train.json', change)
    with pytest.raises(ValueError, match=message):
        ade20k_part.convert(root, workers=1, overwrite=False)


def test_nothing_is_written_before_every_entry_is_checked(root):
    edit(root / 'ade20k_instance_val.json', lambda c: c['annotations'][0].update(category_id=-1))
    with pytest.raises(ValueError, match='unknown category -1'):
        ade20k_part.convert(root, workers=1, overwrite=False)
    assert outputs(root) == []


def test_absent_image(root):
    (root / 'images/validation/ADE_val_00000002.jpg').unlink()
    with pytest.raises(FileNotFoundError,
                       match=r"val\.json: image 2 \('ADE_val_00000002\.jpg'\): no such image"):
        ade20k_part.convert(root, workers=1, overwrite=False)


def test_malformed_json(root):
    path = root / 'ade20k_instance_val.json'
    path.write_text(path.read_text()[:-20])
    with pytest.raises(ValueError, match=r"ade20k_instance_val\.json' is not valid JSON"):
        ade20k_part.convert(root, workers=1, overwrite=False)


def test_missing_json(root):
    (root / 'ade20k_instance_train.json').unlink()
    with pytest.raises(FileNotFoundError, match=r"no '.*ade20k_instance_train\.json'"):
        ade20k_part.convert(root, workers=1, overwrite=False)


@pytest.mark.parametrize('workers', [1, 2])
def test_truncated_part_map(root, workers):
    path = root / 'annotations_detectron2_part/training/ADE_train_00000002.png'
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(ValueError, match=r'part/training/ADE_train_00000002\.png'):
        ade20k_part.convert(root, workers=workers, overwrite=False)
    assert not list(root.rglob('*.tmp'))
    assert not (root / 'training_unseen.txt').exists()


@pytest.mark.parametrize('keep', [100, 300, 900])
def test_truncated_image(root, keep):
    path = root / 'images/training/ADE_train_00000002.jpg'
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ValueError, match=r"training/ADE_train_00000002\.jpg' is .*extract it again"):
        ade20k_part.convert(root, workers=1, overwrite=False)


def test_absent_part_map(root):
    (root / 'annotations_detectron2_part/training/ADE_train_00000002.png').unlink()
    with pytest.raises(FileNotFoundError, match=r"train\.json: image 2 .*there is no part map '.*2\.png"):
        ade20k_part.convert(root, workers=1, overwrite=False)


def test_what_a_killed_run_left_is_tidied_up(root):
    leftover = root / 'annotations_detectron2_obj/training/.ADE_train_00000002.png.123.tmp'
    leftover.parent.mkdir(parents=True)
    leftover.write_bytes(b'half a map')
    (root / '.mine.tmp').touch()
    ade20k_part.convert(root, workers=1, overwrite=False)
    assert not leftover.exists() and (root / '.mine.tmp').exists()


@pytest.mark.parametrize('labels, message', [
    (np.full(SHAPE, 234, np.uint16), r'ids below 234 or 65535, got uint16 with \[234\]'),
    (np.zeros(SHAPE, np.uint8), 'must hold 16-bit ids.*got uint8'),
    (np.zeros((48, 63), np.uint16), r'shape \(48, 63\), its image \(48, 64\)'),
])
def test_wrong_part_map(root, labels, message):
    cv2.imwrite(str(root / 'annotations_detectron2_part/validation/ADE_val_00000001.png'), labels)
    with pytest.raises(ValueError, match=f'ADE_val_00000001.png.*{message}'):
        ade20k_part.convert(root, workers=1, overwrite=False)


def test_names_of_categories_written_otherwise(root):
    """Case, spaces and hyphens aside it is the same class."""
    edit(root / 'ade20k_instance_train.json',
         lambda c: [entry.update(name=entry['name'].upper().replace(' ', '-')) for entry in c['categories']])
    edit(root / 'ade20k_instance_val.json', lambda c: c['categories'][1].update(name='Arm Chair'))
    assert not any('category' in line for line in
                   ade20k_part.convert(root, workers=1, overwrite=False)['warnings'])


def test_what_is_skipped_is_listed(root, capsys):
    def change(content):
        content['annotations'][0]['segmentation'] = [[1, 1, 5, 5]]
        content['annotations'][2]['segmentation'] = [*polygons((10, 10, 40, 30)), [1, 1, 5, 5]]
        content['annotations'][3]['segmentation'] = {'size': list(SHAPE), 'counts': [48 * 64]}
        del content['images'][2], content['annotations'][4:]
    edit(root / 'ade20k_instance_train.json', change)
    warnings = ade20k_part.convert(root, workers=1, overwrite=False)['warnings']
    assert 'annotation 100' in warnings[0] and 'the instance left out' in warnings[0]
    assert 'annotation 102' in warnings[1] and '1 polygons left out' in warnings[1]
    assert "ADE_train_00000003.jpg': not in ade20k_instance_train.json" in warnings[2]
    assert "the part map shows parts of 'chair', which has no instance there" in warnings[3]
    assert 'annotation 103' in warnings[4] and 'covers no pixel' in warnings[4]
    assert "00000003.jpg': the part map shows parts of 'desk'" in warnings[5]
    assert 'annotation 103' in warnings[6] and len(warnings) == 7  # again, for training_unseen
    assert '7 warnings' in capsys.readouterr().out
    # an image without instances has an object map all the same: the data set needs one
    assert read(root / 'annotations_detectron2_obj/training/ADE_train_00000003.png').min() == 255
    assert ade20k_part.convert(root, workers=1, overwrite=False)['warnings'] == warnings


def test_command_line_error_is_one_line(root, monkeypatch):
    monkeypatch.setattr('sys.argv', ['ade20k_part.py', str(root / 'nowhere'), '--workers', '1'])
    with pytest.raises(SystemExit, match=r"error: there is no '.*nowhere"):
        ade20k_part.prep.run_main(ade20k_part.main)
