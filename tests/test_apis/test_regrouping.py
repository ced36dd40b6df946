"""Coarser parts, parts left out, objects apart, and parts of objects that are named alone."""
import time

import numpy as np
import pytest
import torch
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from mmpartseg.apis import PartPrediction
from mmpartseg.apis.parts_of_objects import parts_of_objects
from mmpartseg.apis.regrouping import grouped_names, instances_of, named_classes, read_groups
from mmpartseg.apis.words import Words
from mmpartseg.palette import palette_of_names

PARTS = 'handle; cat: head, eye, tail; dog: head'
RGB = np.random.default_rng(0).integers(0, 256, (24, 40, 3), dtype=np.uint8)


def predicted(inferencer, label_map):
    """A prediction of what the label map says."""
    sample = SegDataSample()
    sample.pred_sem_seg = PixelData(data=torch.from_numpy(label_map)[None])
    words = inferencer.in_vocabulary(PARTS)
    sample.part_scores = torch.tensor([0.9, 0.2, 0.8, 0.5, torch.nan])
    return PartPrediction.of(sample, words, RGB)


@pytest.fixture
def label_map():
    """A cat of head (30 pixels), eye (10) and tail (20), and background."""
    label_map = np.full((24, 40), 5)
    label_map[:3, :10], label_map[3, :10], label_map[10:12, :10] = 1, 2, 3
    return label_map


def test_parts_put_together(inferencer, label_map):
    prediction = predicted(inferencer, label_map)
    merged = prediction.merged('head = head, eye')
    assert merged.names == ('handle', "cat's head", "cat's tail", "dog's head")
    assert merged.found == ["cat's head", "cat's tail"]
    np.testing.assert_array_equal(merged.label_map, np.array([0, 1, 1, 2, 3, 4])[label_map])
    assert merged.scores["cat's head"] == pytest.approx((30 * 0.2 + 10 * 0.8) / 40)
    assert torch.isnan(merged.part_scores[3])
    np.testing.assert_array_equal(merged.words.palette[1:3], prediction.words.palette[[1, 3]])
    assert merged.draw().shape == prediction.draw().shape
    eyes = prediction.merged('eyes and head = eye, head').words
    np.testing.assert_array_equal(eyes.palette, palette_of_names(eyes.names))
    coarse = prediction.merged({'body': ['head', 'EYE', 'tail']})
    assert coarse.found == ["cat's body"] and coarse.masks["cat's body"].sum() == 60
    assert prediction.found == ["cat's head", "cat's eye", "cat's tail"]


def test_every_label_map_is_regrouped(inferencer, label_map):
    """A known object's map is "the" map; that of Pred-All had the old ids under the new names."""
    prediction = predicted(inferencer, label_map)
    prediction.pred_oracle_sem_seg = PixelData(data=torch.from_numpy(label_map)[None])
    prediction.pred_sem_seg = PixelData(data=torch.full((1, 24, 40), 2))
    merged = prediction.merged('head = head, eye').merged('all = head, tail')
    assert merged.words.new_id.tolist() == [0, 1, 1, 1, 2] and merged.words.names[1] == "cat's all"
    assert (merged.pred_sem_seg.data == 1).all() and merged.found == ["cat's all"]
    assert (prediction.without('eye').pred_sem_seg.data == 5).all()
    assert (prediction.only(0.5).pred_sem_seg.data == 2).all()  # scores are of the other


def test_parts_left_out(inferencer, label_map):
    prediction = predicted(inferencer, label_map)
    for words in (['cat: eye'], ["cat's eye"], ['Eye']):
        left = prediction.without(*words)
        assert left.found == ["cat's head", "cat's tail"] and left.names == prediction.names
        np.testing.assert_array_equal(left.label_map, np.where(label_map == 2, 5, label_map))
    with pytest.raises(ValueError, match=r"not in the vocabulary: \['eyee'\]; .*; did you mean 'eye'"):
        prediction.without('eyee')


@pytest.mark.parametrize('groups, message', [
    ('head', "'head' is no group of parts; write 'head = head, eye, ear'"), ('head =', 'is no group'),
    ('a = head; b = Head', r"\['head', 'head'\] are in more|\['head'\] are in more than one group"),
])
def test_malformed_groups(groups, message):
    with pytest.raises(ValueError, match=message):
        read_groups(groups)
    assert read_groups(' ') == {}


def test_nothing_grows_with_the_square_of_the_names():
    """Half a minute each, when it did."""
    count, start = 20_000, time.process_time()
    names = [f"cat's p{i}" for i in range(count)]
    groups = read_groups('; '.join(f'g{i} = p{2 * i}, p{2 * i + 1}' for i in range(count // 2)))
    assert len(set(grouped_names(names, groups))) == count // 2
    words = Words.__new__(Words)
    words.names, words.unseen, words.new_id = tuple(names), np.arange(count) % 4 > 0, np.arange(count)
    grouped, new_id = words.grouped(groups)
    assert new_id.tolist() == (np.arange(count) // 2).tolist()
    assert grouped.unseen.tolist() == [False, True] * (count // 4)
    assert named_classes(names, [f'p{i}' for i in range(count)]) == names
    with pytest.raises(ValueError, match=r"not in the vocabulary: \['q', 'q0', .* 20001 in all\]; it has"):
        named_classes(names, ['q', *(f'q{i}' for i in range(count))])
    assert time.process_time() - start < 8


def test_groups_of_unknown_parts(inferencer, label_map):
    with pytest.raises(ValueError, match=r"no part is called 'tial'; .*'tail'\]; did you mean 'tail'"):
        predicted(inferencer, label_map).merged('head = tial')


def test_connected_regions():
    names = ["cat's head", "cat's tail", "dog's head", 'handle']
    label_map = np.full((8, 10), 4)
    label_map[0:2, 0:3], label_map[2, 3], label_map[5:, :2] = 0, 1, 1  # touching at a corner; apart
    label_map[5:, 4], label_map[0, 9] = 2, 3
    assert instances_of(label_map, names) == [
        {'object': 'cat', 'number': 1, 'pixels': 7, 'box': [0, 0, 4, 3],
         'parts': ["cat's head", "cat's tail"]},
        {'object': 'cat', 'number': 2, 'pixels': 6, 'box': [0, 5, 2, 3], 'parts': ["cat's tail"]},
        {'object': 'dog', 'number': 1, 'pixels': 3, 'box': [4, 5, 1, 3], 'parts': ["dog's head"]}]
    assert instances_of(np.full((2, 2), 4), names) == []


def test_parts_of_anything(inferencer):
    prediction, = inferencer(RGB, parts='head, wheel')
    assert prediction.names == ('head', 'wheel') and prediction.found
    assert prediction.describe()['parts'][0]['object'] is None
    assert prediction.words.unseen_words == {'objects': [], 'parts': []}
    assert prediction.words.unseen.tolist() == [False, False]
    both, = inferencer(RGB, parts='paw; cat: head')
    assert both.names == ('paw', "cat's head") and both.words.unseen.tolist() == [True, False]
    assert both.words.unseen_words == {'objects': [], 'parts': ['paw']}
    assert both.to_coco()['categories'][0] == {'id': 1, 'name': 'paw', 'supercategory': ''}


def test_heads_that_know_parts_of_objects_only(inferencer, monkeypatch):
    monkeypatch.setattr(type(inferencer.model.decode_head), 'knows_general_parts', False)
    with pytest.raises(ValueError, match=r"knows parts of objects only, and these have none: \['handle'\]"):
        inferencer.in_vocabulary('handle')


def test_objects_alone():
    taxonomy, sources = parts_of_objects('Cat, bus')
    assert sources['Cat'][0] and {'pascal_part_116', 'part_shapes'} <= set(sources['Cat'] + sources['bus'])
    assert "Cat's head" in taxonomy.object_parts and "bus's wheel" in taxonomy.object_parts
    assert set(taxonomy.objects) == {'Cat', 'bus'}
    with pytest.raises(ValueError, match=r"no shipped .* has parts of \['catt'\]; .*; did you mean 'cat'"):
        parts_of_objects(['catt'])
    with pytest.raises(ValueError, match='no object is named'):
        parts_of_objects(' , ')
