"""Own annotations of labelme, COCO and masks become a data set that is trained on."""
import base64
import io
import json

import coco_parts
import labelme
import masks as masks_tool
import numpy as np
import pytest
from mmengine.config import Config
from mmseg.registry import DATASETS
from PIL import Image
from pycocotools import mask as coco_mask

from mmpartseg.datasets.preparation.own_data import class_of

RGB = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
HEAD, EYE = np.zeros((2, 20, 30), bool)
HEAD[2:12, 3:15] = True
EYE[5:8, 6:9] = True
EXPECTED = np.where(EYE, 1, np.where(HEAD, 0, 255))  # the eye lies on the head


@pytest.fixture
def folder(tmp_path):
    (tmp_path / 'pictures').mkdir()
    for name in ('a', 'b', 'c', 'd', 'e'):
        Image.fromarray(RGB).save(tmp_path / 'pictures' / f'{name}.png')
    return tmp_path


def labels_of(folder, stem):
    path, = (folder / 'mine' / 'labels').rglob(f'{stem}.png')
    with Image.open(path) as image:
        return np.asarray(image)


def polygon(mask):
    (top, *_, bottom), (left, *_, right) = (np.flatnonzero(mask.any(i)).tolist() for i in (1, 0))
    return [[left, top], [right, top], [right, bottom], [left, bottom]]


def shape(label, mask, **options):
    return {'label': label, 'points': polygon(mask), 'shape_type': 'polygon', **options}


def write_labelme(folder, stem, shapes, **options):
    (folder / 'pictures' / f'{stem}.json').write_text(json.dumps(
        {'version': '5.5.0', 'shapes': shapes, 'imagePath': f'{stem}.png', 'imageData': None, **options}))


def test_labelme(folder, capsys):
    for stem in 'abcde':
        write_labelme(folder, stem, [shape("cat's eye", EYE), shape('Cat: head', HEAD)])
    inside = io.BytesIO()
    Image.fromarray(EYE[5:8, 6:9]).save(inside, 'PNG')
    write_labelme(folder, 'b', [
        shape('cat/head', HEAD, points=[[3, 2], [14, 11]], shape_type='rectangle'),
        {'label': "cat's eye", 'points': [[6, 5], [8, 7]], 'shape_type': 'mask',
         'mask': base64.b64encode(inside.getvalue()).decode()},
        {'label': "cat's eye", 'points': [[1, 1]], 'shape_type': 'point'}])
    assert labelme.main([str(folder / 'pictures'), '--out', str(folder / 'mine')]) == 0
    out = capsys.readouterr().out
    assert (folder / 'mine' / 'names.txt').read_text().splitlines() == ["cat's eye", "cat's head"]
    for stem in 'ab':
        np.testing.assert_array_equal(labels_of(folder, stem), np.choose(
            np.searchsorted([0, 1, 255], EXPECTED), [1, 0, 255]))
    assert 'train: 4 pictures' in out and 'val: 1 picture\n' in out and '0 problems' in out
    assert "cat's eye: 4 pictures, 36 pixels in train, 1 picture, 9 pixels in val" in out
    assert 'left out: 1 shape without an area (point)' in out


def test_the_config_is_one_to_train_with(folder):
    write_labelme(folder, 'a', [shape("cat's head", HEAD)])
    write_labelme(folder, 'b', [shape("cat's head", HEAD)])
    labelme.main([str(folder / 'pictures'), '--out', str(folder / 'mine')])
    cfg = Config.fromfile(folder / 'mine' / 'config.py')
    assert cfg.model.decode_head.train_taxonomy == ["cat's head"]
    assert cfg.load_from.endswith('partclipseg.safetensors')
    for split in ('train', 'val'):
        dataset = DATASETS.build(cfg[f'{split}_dataloader'].dataset)
        assert len(dataset) == 1 and dataset.get_data_info(0)['img_path'].endswith('.png')
        assert (dataset[0]['data_samples'].gt_sem_seg.data == 0).any()


def test_coco(folder):
    code = coco_mask.encode(np.asfortranarray(EYE))
    code['counts'] = code['counts'].decode()
    annotations = [
        {'id': 1, 'image_id': 1, 'category_id': 7, 'segmentation': [[3, 2, 15, 2, 15, 12, 3, 12]]},
        {'id': 2, 'image_id': 1, 'category_id': 8, 'segmentation': code}]
    (folder / 'coco.json').write_text(json.dumps({
        'images': [{'id': 1, 'file_name': 'a.png', 'height': 20, 'width': 30},
                   {'id': 2, 'file_name': 'b.png', 'height': 20, 'width': 30}],
        'categories': [{'id': 7, 'name': 'head', 'supercategory': 'cat'}, {'id': 8, 'name': "cat's eye"},
                       {'id': 0, 'name': 'all', 'supercategory': 'none'}],
        'annotations': [{**each, 'area': 1, 'bbox': [0, 0, 1, 1], 'iscrowd': 0} for each in annotations]}))
    coco_parts.main([str(folder / 'coco.json'), '--images', str(folder / 'pictures'),
                     '--out', str(folder / 'mine'), '--val', '0'])
    np.testing.assert_array_equal(labels_of(folder, 'a'), EXPECTED)
    assert (labels_of(folder, 'b') == 255).all()


@pytest.mark.parametrize('kind', ['palette', 'colours'])
def test_masks(folder, kind, capsys):
    (folder / 'masks').mkdir()
    values = np.where(EYE, 2, np.where(HEAD, 1, 0)).astype(np.uint8)
    values[19, 29] = 9
    image = Image.fromarray(values)
    image.putpalette([0, 0, 0, 128, 0, 0, 0, 128, 0, *[7] * 27])
    (image if kind == 'palette' else image.convert('RGB')).save(folder / 'masks' / 'a.png')
    names = {'palette': "background\ncat's head\ncat's eye\n",
             'colours': "# label:color_rgb:parts:actions\nbackground:0,0,0::\ncat's head:128,0,0::\n"
                        'eye:0,128,0::'}
    (folder / 'names.txt').write_text(names[kind])
    assert masks_tool.main([str(folder / 'masks'), '--images', str(folder / 'pictures'), '--names',
                            str(folder / 'names.txt'), '--out', str(folder / 'mine'), '--object', 'cat']) == 0
    np.testing.assert_array_equal(labels_of(folder, 'a'), EXPECTED)
    assert 'no part: 1 pixel of ' in capsys.readouterr().out


def test_labels_without_an_object():
    with pytest.raises(ValueError, match=r"'cat/he\\x1b\[2Jad' holds characters that cannot be shown"):
        class_of('cat/he\x1b[2Jad')
    assert class_of('head', 'cat') == class_of('cat : head') == class_of('cat/head') == "cat's head"
    assert class_of('cat\u2019s  head') == class_of("cat'S head") == "cat's head"  # as phones write it
    for name, above in (('cat', 'cat'), (None, None), ('', None), ('None', None), (' Head', None)):
        assert coco_parts.supercategory_of(dict(name='head', supercategory=name)) == above
    with pytest.raises(ValueError, match=r"label 'head' names no object: write .*, or give .* --object"):
        class_of('head')


def coco_text(name, used):
    return json.dumps({'categories': [{'id': 7, 'name': name}], 'images': [],
                       'annotations': [{'id': 1, 'image_id': 1, 'category_id': used}]})


def test_errors(folder):
    out = ['--out', str(folder / 'mine')]
    with pytest.raises(ValueError, match='holds no JSON file of labelme'):
        labelme.main([str(folder / 'pictures'), *out])
    write_labelme(folder, 'a', [])
    with pytest.raises(ValueError, match='1 picture, and no annotation of a part in them'):
        labelme.main([str(folder / 'pictures'), *out])
    write_labelme(folder, 'a', [shape("cat's head", HEAD)], imagePath='gone.png')
    with pytest.raises(ValueError, match=r"a.json': its picture '.*gone.png' is not there"):
        labelme.main([str(folder / 'pictures'), *out])
    (folder / 'a.json').write_text('[]')
    with pytest.raises(ValueError, match=r"a.json' is no file of labelme"):
        labelme.main([str(folder), *out])
    for text in ('[]', coco_text(None, 7), coco_text('head', 9)):
        (folder / 'a.json').write_text(text)
        with pytest.raises(ValueError, match=r"a.json' is no COCO file"):
            coco_parts.read_coco(folder / 'a.json')
    (folder / 'names.txt').write_text("cat's head:1,2,3\ncat's eye\n")
    with pytest.raises(ValueError, match='neither a name a line, nor'):
        masks_tool.main(['x', '--images', 'x', '--names', str(folder / 'names.txt'), *out])


def test_a_data_set_is_not_overwritten(folder):
    write_labelme(folder, 'a', [shape("cat's head", HEAD)])
    labelme.main([str(folder / 'pictures'), '--out', str(folder / 'mine')])
    with pytest.raises(ValueError, match="mine' holds a data set already; give another folder with --out"):
        labelme.main([str(folder / 'pictures'), '--out', str(folder / 'mine')])


@pytest.mark.parametrize('shapes, options, message', [
    ([shape("cat's head", HEAD, points=[[float('nan'), 1], [5, 1], [5, 5]])], {}, 'points from .nan'),
    ([shape("cat's head", HEAD, points=[[1e300, 1], [5, 1], [5, 5]])], {}, 'the picture is 30 x 20'),
    ([shape("cat's head", HEAD, points=[[[1]]])], {}, 'expected pairs of x and y'),
    ([shape("cat's head", HEAD, points=[[-3, 1], [5, 5]], shape_type='mask')], {}, 'outside its picture'),
    ([dict(points=[])], {}, "no file of labelme .KeyError: 'label'"),
    ([shape("cat's head", HEAD)], dict(imagePath=None), 'no file of labelme'),
    ([shape("cat's head", HEAD)], dict(imageData=7), 'no file of labelme')])
def test_damaged_labelme(folder, shapes, options, message):
    """Points that are no numbers, for one, were a mask of other pixels."""
    write_labelme(folder, 'a', shapes, **options)
    with pytest.raises(ValueError, match=f"a.json'.*{message}"):
        labelme.main([str(folder / 'pictures'), '--out', str(folder / 'mine')])


@pytest.mark.parametrize('segmentation, message', [
    ([[float('nan'), 1, 5, 1, 5, 5]], 'a polygon .nan'), ([[1e300, 1, 5, 1, 5, 5]], 'the picture is 30 x 20'),
    (dict(size=[20, 30], counts=[10**6]), 'RLE counts sum to 1000000, expected 600'),
    (dict(size=[9, 9], counts=[81]), 'RLE of size .9, 9. in an image')])
def test_damaged_coco(segmentation, message):
    """pycocotools checks none of it."""
    with pytest.raises(ValueError, match=message):
        coco_parts.mask_of(segmentation, (20, 30), 'a.json')
    assert not coco_parts.mask_of([[1, 2, 3, 4]], (20, 30), 'a.json').any()  # a box, to pycocotools


@pytest.mark.parametrize('text, message', [
    ("cat's head".encode('utf-16'), 'is no text in UTF-8'), (b"cat's head:999,0,0", '8 bits cannot hold'),
    (b"cat's head:1,1,1\ncat's eye:1,1,1", 'one colour to two names')])
def test_damaged_names_of_masks(folder, text, message):
    (folder / 'names.txt').write_bytes(text)
    with pytest.raises(ValueError, match=f"names.txt' .*{message}"):
        masks_tool.read_names(folder / 'names.txt', None)
