import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from mmpartseg.taxonomy import PartTaxonomy
from mmpartseg.visualization.naming import box_size, draw_box, mark_unseen, place_names
from mmpartseg.visualization.regions import find_pieces

TAXONOMY = PartTaxonomy.named('pascal_part_116')
NAMES = TAXONOMY.object_parts
UNSEEN = ~np.array(TAXONOMY.is_seen)
SHAPE = (360, 480)


def crowd(count, radius, seed=0, shape=SHAPE):
    """Discs of `count` classes at random places; later ones hide earlier ones."""
    rng = np.random.default_rng(seed)
    label_map = np.full(shape, 255)
    rows, columns = np.indices(shape)
    for class_id in rng.permutation(len(NAMES))[:count]:
        y, x = rng.uniform(0, shape)
        label_map[np.hypot(rows - y, columns - x) <= radius * rng.uniform(0.2, 1)] = class_id
    return label_map


def labels_of(label_map, names=NAMES, unseen=UNSEEN):
    pieces = find_pieces(label_map, len(names), most=4)
    return place_names(label_map.shape, pieces, names, unseen, 13), pieces


def check_boxes(labels, shape):
    """Inside the picture, and no pixel taken twice."""
    taken = np.zeros(shape, int)
    for label in labels:
        x, y, width, height = label.box
        assert x >= 0 and y >= 0 and x + width <= shape[1] and y + height <= shape[0]
        taken[y:y + height, x:x + width] += 1
    assert taken.max(initial=0) <= 1


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 60), st.floats(1, 80), st.integers(0, 1000))
def test_boxes_stay_apart_and_inside(count, radius, seed):
    labels, pieces = labels_of(crowd(count, radius, seed))
    check_boxes(labels, SHAPE)
    assert len({label.class_id for label in labels}) == len(labels)
    for label in labels:
        largest = pieces[label.class_id][0]
        assert label.point == largest.point
        assert label.box[2:] == box_size(label.text, 13)


@pytest.mark.parametrize('seed', range(3))
def test_fifteen_parts_all_get_their_names(seed):
    labels, pieces = labels_of(crowd(15, 40, seed))
    assert len(labels) == len(pieces)
    for label in labels:
        assert label.text == mark_unseen(NAMES[label.class_id], UNSEEN[label.class_id])


def test_all_116_classes_in_one_picture():
    side = np.arange(116).reshape(4, 29)
    label_map = np.kron(side, np.ones((90, 20), int))
    labels, _ = labels_of(label_map)
    check_boxes(labels, label_map.shape)
    texts = [label.text for label in labels]
    numbers = [text for text in texts if text.rstrip('*').isdigit()]
    assert len(texts) >= 60 and 0 < len(numbers) < len(texts)
    for label in labels:
        name, number = NAMES[label.class_id], str(label.class_id)
        assert label.text.rstrip('*') in (name, number)
        assert label.text.endswith('*') == UNSEEN[label.class_id]


def test_a_large_part_carries_its_name_and_a_tiny_one_is_not_hidden():
    label_map = np.full(SHAPE, 255)
    label_map[50:310, 40:440] = 0
    label_map[180:184, 240:244] = 12
    labels, _ = labels_of(label_map)
    by_class = {label.class_id: label for label in labels}
    assert by_class[0].leader is None
    assert by_class[12].leader is not None
    for label in labels:
        x, y, width, height = label.box
        assert not (label_map[y:y + height, x:x + width] == 12).any()


def test_the_leader_ends_on_the_box():
    labels, _ = labels_of(crowd(25, 12))
    assert any(label.leader for label in labels)
    for label in labels:
        x, y, width, height = label.box
        end = label.leader or label.point
        assert x <= end[0] < x + width and y <= end[1] < y + height


def test_a_name_wider_than_the_picture_becomes_a_number():
    names = ["cat's head", "cat's " + 100 * 'very ' + 'long tail']
    label_map = np.repeat([[0, 1]], 360, 0).repeat(200, 1)
    labels, _ = labels_of(label_map, names, np.array([False, True]))
    assert sorted(label.text for label in labels) == ['1*', "cat's head"]


def test_a_picture_too_small_for_any_text_gets_none():
    assert labels_of(np.zeros((8, 8), int))[0] == []


@pytest.mark.parametrize('dashed', [False, True])
def test_the_frame_of_an_unseen_class_is_dashed(dashed):
    canvas = Image.new('RGB', (60, 30), 'white')
    color = np.array([250, 240, 10], np.uint8)
    draw_box(ImageDraw.Draw(canvas), (5, 5, 50, 20), '7', color, 13, dashed)
    top = np.asarray(canvas)[5, 5:55]
    black = (top == 0).all(1)
    assert np.all(black | (top == color).all(1))
    assert black.mean() == pytest.approx(0.5 if dashed else 1, abs=0.05)
    assert (np.asarray(canvas)[:5] == 255).all() and (np.asarray(canvas)[25:] == 255).all()
