"""What a person asks of a prediction: masks, scores, cut-outs, files of annotation tools."""
import base64
import io
import json

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample
from PIL import Image, ImageDraw
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO

from mmpartseg.apis import PartPrediction
from mmpartseg.apis.annotations import AnnotationFiles
from mmpartseg.apis.outlines import centre_polygons, edge_polygons
from mmpartseg.apis.results import rle_of

NAMES = ("cat's head", "cat's tail", "bus's wheel")
LABELS = np.array([[3, 0, 0, 3],
                   [3, 0, 2, 3],
                   [3, 3, 3, 2]])
PICTURE = np.arange(36, dtype=np.uint8).reshape(3, 4, 3)


class FewWords:
    names = NAMES


def prediction_of(labels=LABELS, scores=(0.5, torch.nan, 0.25), oracle=None, picture=PICTURE):
    sample = SegDataSample()
    sample.pred_sem_seg = PixelData(data=torch.from_numpy(labels)[None])
    if oracle is not None:
        sample.pred_oracle_sem_seg = PixelData(data=torch.from_numpy(oracle)[None])
    sample.part_scores = torch.tensor(scores)
    return PartPrediction.of(sample, FewWords, picture)


def test_masks_boxes_scores_shares():
    prediction = prediction_of()
    assert isinstance(prediction, SegDataSample) and prediction.names == NAMES
    assert prediction.found == ["cat's head", "bus's wheel"] == list(prediction.masks)
    np.testing.assert_array_equal(prediction.masks["bus's wheel"], LABELS == 2)
    assert prediction.boxes == {"cat's head": [1, 0, 2, 2], "bus's wheel": [2, 1, 2, 2]}
    assert prediction.scores == {"cat's head": 0.5, "bus's wheel": 0.25}
    assert prediction.shares == {"cat's head": 3 / 12, "bus's wheel": 2 / 12}
    assert prediction_of(oracle=np.ones_like(LABELS)).found == ["cat's tail"]


def test_what_is_doubtful_small_or_beyond_the_top_becomes_background():
    prediction = prediction_of()
    for options in ({'threshold': 0.3}, {'min_area': 0.2}, {'top': 1}):
        only = prediction.only(**options)
        assert only.found == ["cat's head"], options
        np.testing.assert_array_equal(only.label_map, np.where(LABELS == 2, 3, LABELS))
    assert prediction.found == ["cat's head", "bus's wheel"]
    assert prediction.only(threshold=0.25, min_area=2 / 12).found == prediction.found
    assert prediction_of(oracle=LABELS).only(threshold=0.6).found == []


def test_cutout():
    cutout = prediction_of().cutout("bus's wheel")
    assert cutout.mode == 'RGBA' and cutout.size == (2, 2)
    pixels = np.asarray(cutout)
    np.testing.assert_array_equal(pixels[..., 3], [[255, 0], [0, 255]])
    np.testing.assert_array_equal(pixels[0, 0, :3], PICTURE[1, 2, ::-1])
    with pytest.raises(KeyError, match=r"cat.*s tail.* is not found in this picture; these are: \[.*head"):
        prediction_of().cutout("cat's tail")
    with pytest.raises(ValueError, match='does not know its picture'):
        prediction_of(picture=None).cutout("cat's head")


def holed(seed=0, size=(24, 31)):
    """Noise that has holes, pieces and pixels that touch at corners."""
    noise = np.random.default_rng(seed).normal(size=size).astype(np.float32)
    return cv2.GaussianBlur(noise, (5, 5), 1) > 0


@given(st.integers(0, 10**6), st.integers(1, 24), st.integers(1, 31))
def test_polygons_fill_to_the_mask(seed, height, width):
    mask = holed(seed)[:height, :width]
    edges = edge_polygons(mask)
    filled = np.zeros(mask.shape, np.uint8)
    if edges:
        codes = coco_mask.frPyObjects(edges, height, width)
        filled = coco_mask.decode(coco_mask.merge(codes))
        assert sum(coco_mask.area(codes)) == mask.sum()  # no pixel twice
    np.testing.assert_array_equal(filled, mask)
    image = Image.new('1', (width, height))
    for points in centre_polygons(mask):  # as labelme's shape_to_mask does
        points = points + points[-1:] * (2 - len(points))
        ImageDraw.Draw(image).polygon([tuple(p) for p in points], outline=1, fill=1)
    np.testing.assert_array_equal(np.asarray(image), mask)


def test_a_mask_of_very_many_holes():
    mask = np.ones((101, 101), bool)
    mask[1::2, 1::2] = False
    codes = coco_mask.frPyObjects(edge_polygons(mask), 101, 101)
    np.testing.assert_array_equal(coco_mask.decode(coco_mask.merge(codes)), mask)


@pytest.mark.parametrize('shapes', ['polygons', 'rle'])
def test_coco_is_read_by_pycocotools(tmp_path, shapes):
    labels = np.where(holed(), np.where(holed(1), 0, 2), 3)
    document = prediction_of(labels, picture=None).to_coco(shapes)
    (tmp_path / 'coco.json').write_text(json.dumps(document))
    coco = COCO(tmp_path / 'coco.json')
    names = {c['id']: c['name'] for c in coco.loadCats(coco.getCatIds())}
    assert list(names.values()) == list(NAMES)
    assert coco.loadImgs([1])[0] == {'id': 1, 'file_name': 'picture.png', 'height': 24, 'width': 31}
    for annotation in coco.loadAnns(coco.getAnnIds()):
        mask = labels == NAMES.index(names[annotation['category_id']])
        np.testing.assert_array_equal(coco.annToMask(annotation), mask)
        assert annotation['area'] == mask.sum() and 0 < annotation['score'] < 1
    assert len(coco.getAnnIds()) == 2
    assert rle_of(mask) == document['annotations'][1]['segmentation'] or shapes == 'polygons'


def test_coco_refuses_unknown_shapes():
    with pytest.raises(ValueError, match=r"shapes must be one of \('polygons', 'rle'\), got 'dots'"):
        prediction_of().to_coco('dots')


def test_labelme():
    document = json.loads(json.dumps(prediction_of().to_labelme(with_image=True)))
    assert {k: document[k] for k in ('imagePath', 'imageHeight', 'imageWidth', 'flags')} == {
        'imagePath': 'picture.png', 'imageHeight': 3, 'imageWidth': 4, 'flags': {}}
    # two pixels of the wheel touch at a corner: two shapes of one group
    assert [(s['label'], s['group_id'], s['shape_type']) for s in document['shapes']] == [
        ("cat's head", 1, 'polygon'), ("bus's wheel", 2, 'polygon'), ("bus's wheel", 2, 'polygon')]
    assert all(len(shape['points']) >= 3 for shape in document['shapes'])
    with Image.open(io.BytesIO(base64.b64decode(document['imageData']))) as image:
        np.testing.assert_array_equal(np.asarray(image), PICTURE[..., ::-1])
    assert prediction_of().to_labelme()['imageData'] is None


@pytest.mark.parametrize('kind', AnnotationFiles.KINDS)
def test_every_picture_is_beside_its_annotations(tmp_path, kind):
    """Frames, and pictures of one name from two folders: COCO named what was not there, or twice the same."""
    files = AnnotationFiles(tmp_path, kind)
    for name, file in (('x.v2', 'a/x.v2.png'), ('x.v2-2', 'b/x.v2.png'), ('film_000001', None),
                       ('bare', 'bare')):
        path = file and tmp_path / file
        if path:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(file.encode())
        files.add(prediction_of(), name, path)
    files.close()
    folder = tmp_path / kind
    if kind == 'coco':
        named = [image['file_name'] for image in json.loads((tmp_path / 'coco.json').read_text())['images']]
    else:
        named = [json.loads(path.read_text())['imagePath'] for path in sorted(folder.glob('*.json'))]
    assert sorted(named) == ['bare', 'film_000001.png', 'x.v2-2.png', 'x.v2.png']
    assert (folder / 'x.v2-2.png').read_text() == 'b/x.v2.png'
    with Image.open(folder / 'film_000001.png') as image:
        np.testing.assert_array_equal(np.asarray(image), PICTURE[..., ::-1])
