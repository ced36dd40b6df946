"""ADE20K-Part-234: object maps from instances, and what the zero-shot test set adds."""
import json

import ade20k_part
import cv2
import numpy as np
from miniatures import ADE_SCENES, SHAPE, box_mask, part_map, polygons, write_ade20k_part_234

from mmpartseg.taxonomy import load_metainfo
from tests.ade20k_archive import edit, outputs, root_fixture  # noqa: F401

META = load_metainfo('ade20k_part_234')
OBJECTS, CLASSES = META['object_classes'], META['object_part_classes']


def read(path):
    return cv2.imread(str(path), cv2.IMREAD_UNCHANGED)  # in the depth that is stored, which Pillow widens


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
    assert 'annotation 102' in warnings[1] and '1 polygon left out' in warnings[1]
    assert "ADE_train_00000003.jpg': not in ade20k_instance_train.json" in warnings[2]
    assert "the part map shows parts of 'chair', which has no instance there" in warnings[3]
    assert 'annotation 103' in warnings[4] and 'covers no pixel' in warnings[4]
    assert "00000003.jpg': the part map shows parts of 'desk'" in warnings[5]
    assert 'annotation 103' in warnings[6] and len(warnings) == 7  # again, for training_unseen
    assert '7 warnings' in capsys.readouterr().out
    # an image without instances has an object map all the same: the data set needs one
    assert read(root / 'annotations_detectron2_obj/training/ADE_train_00000003.png').min() == 255
    assert ade20k_part.convert(root, workers=1, overwrite=False)['warnings'] == warnings
