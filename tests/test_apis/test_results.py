"""Masks, boxes, outlines and run lengths against values counted by hand."""
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from mmpartseg.apis import describe, label_map_of, masks_by_name
from mmpartseg.apis.prediction_files import document_of
from mmpartseg.apis.regrouping import instances_of
from mmpartseg.apis.results import SHAPES, boxes_of, polygons_of, rle_of

NAMES = ("cat's head", "cat's tail", "bus's wheel")
LABELS = np.array([[3, 0, 0, 3],
                   [3, 0, 2, 3],
                   [3, 3, 3, 2]])


def sample_of(labels, oracle=None):
    sample = SegDataSample(metainfo={'classes': NAMES})
    sample.pred_sem_seg = PixelData(data=torch.tensor(labels)[None])
    if oracle is not None:
        sample.pred_oracle_sem_seg = PixelData(data=torch.tensor(oracle)[None])
    sample.part_scores = torch.tensor([0.5, torch.nan, 0.25])
    return sample


def test_masks_by_name():
    masks = masks_by_name(sample_of(LABELS))
    assert list(masks) == list(NAMES)
    np.testing.assert_array_equal(masks["cat's head"], LABELS == 0)
    np.testing.assert_array_equal(masks["bus's wheel"], LABELS == 2)
    assert masks["cat's tail"].shape == LABELS.shape and not masks["cat's tail"].any()


def test_oracle_comes_first():
    np.testing.assert_array_equal(label_map_of(sample_of(LABELS, LABELS.T.copy().reshape(3, 4))),
                                  LABELS.T.reshape(3, 4))


def test_describe():
    found = describe(sample_of(LABELS))
    assert found == {
        'protocol': 'pred_all', 'height': 3, 'width': 4, 'background_id': 3, 'background_pixels': 7,
        'parts': [
            {'id': 0, 'name': "cat's head", 'object': 'cat', 'part': 'head', 'pixels': 3,
             'score': 0.5, 'box': [1, 0, 2, 2]},
            {'id': 2, 'name': "bus's wheel", 'object': 'bus', 'part': 'wheel', 'pixels': 2,
             'score': 0.25, 'box': [2, 1, 2, 2]}]}
    assert json.loads(json.dumps(found)) == found
    assert describe(sample_of(LABELS, LABELS))['protocol'] == 'oracle_obj'


def test_nothing_found():
    found = describe(sample_of(np.full((1, 1), 3)))
    assert found['parts'] == [] and found['background_pixels'] == 1


def test_shapes():
    parts = describe(sample_of(LABELS), 'rle')['parts']
    assert parts[0]['rle'] == {'size': [3, 4], 'counts': [3, 2, 1, 1, 5]}
    parts = describe(sample_of(LABELS), 'polygons')['parts']
    assert [2, 1] in [polygon[:2] for polygon in parts[1]['polygons']]
    with pytest.raises(ValueError, match="shapes must be one of .*, got 'boxes'"):
        describe(sample_of(LABELS), 'boxes')


@pytest.mark.parametrize('seed', range(5))
def test_against_pycocotools_and_a_loop(seed):
    mask_tools = pytest.importorskip('pycocotools.mask')
    labels = np.random.default_rng(seed).integers(0, 6, (5, 7))
    labels[labels == 4] = 5  # class 4 is absent
    boxes = boxes_of(labels, 5)
    for i in range(5):
        mask = labels == i
        rle = mask_tools.frPyObjects(rle_of(mask), *mask.shape)
        np.testing.assert_array_equal(mask_tools.decode(rle), mask)
        assert boxes[i].tolist() == mask_tools.toBbox(rle).astype(int).tolist()


@pytest.mark.parametrize('value, counts', [(False, [6]), (True, [0, 6])])
def test_rle_of_uniform_masks(value, counts):
    assert rle_of(np.full((2, 3), value))['counts'] == counts


def test_polygon_of_a_ring_has_two_outlines():
    mask = np.ones((5, 5), bool)
    mask[2, 2] = False
    outer, inner = polygons_of(mask)
    assert sorted(zip(outer[::2], outer[1::2])) == [(0, 0), (0, 4), (4, 0), (4, 4)]
    assert set(zip(inner[::2], inner[1::2])) <= {(1, 2), (2, 1), (3, 2), (2, 3)}


@pytest.mark.parametrize('shapes', [None, *SHAPES])
def test_documents_keep_to_the_schema(shapes):
    jsonschema = pytest.importorskip('jsonschema')
    schema = json.loads((Path(__file__).parents[2] / 'docs' / 'prediction.schema.json').read_text())
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)

    class Words:
        names = NAMES
        unseen_words = {'objects': ['cat'], 'parts': []}

    for sample in (sample_of(LABELS), sample_of(LABELS, LABELS), sample_of(np.full((1, 1), 3))):
        document = json.loads(json.dumps(document_of(sample, 'a.png', Words, shapes)))
        validator.validate(document)
    validator.validate({**document, 'instances': instances_of(LABELS, NAMES)})
    document['surprise'] = 1
    assert not validator.is_valid(document)
