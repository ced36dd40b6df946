"""ADE20K-Part-234: entries and files that are broken, missing or otherwise named."""
import ade20k_part
import cv2
import numpy as np
import pytest
from miniatures import SHAPE, polygons
from pycocotools import mask as coco_mask

from tests.ade20k_archive import edit, outputs, root_fixture  # noqa: F401

LONG_RUN = coco_mask.encode(np.ones((99, 99), np.uint8, order='F'))['counts'].decode()


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


def test_command_line_error_is_one_line(root, monkeypatch):
    monkeypatch.setattr('sys.argv', ['ade20k_part.py', str(root / 'nowhere'), '--workers', '1'])
    with pytest.raises(SystemExit, match=r"error: there is no '.*nowhere"):
        ade20k_part.prep.run_main(ade20k_part.main)
