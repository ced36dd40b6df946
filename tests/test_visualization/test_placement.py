import numpy as np
import pytest

from mmpartseg.visualization.placement import CLASS_ID, NAME, Layout
from mmpartseg.visualization.regions import find_pieces


def layout(label_map, unit=10):
    pieces = [found[0] for found in find_pieces(label_map, 9, most=1).values()]
    return Layout(label_map.shape, pieces, unit)


def test_an_undisturbed_box_is_centred_on_its_point():
    plan = layout(np.full((100, 200), 255))
    assert plan.place(0, 'a', (90, 40), (30, 12), NAME)
    assert plan.labels[0].box == (75, 34, 30, 12) and plan.labels[0].leader is None


def test_a_box_at_the_border_is_pushed_inside():
    plan = layout(np.full((100, 200), 255))
    plan.place(0, 'a', (199, 0), (30, 12), NAME)
    assert plan.labels[0].box == (170, 0, 30, 12) and plan.labels[0].leader is None


def test_a_second_box_at_the_same_point_keeps_a_gap():
    plan = layout(np.full((100, 200), 255))
    assert plan.place(0, 'a', (90, 40), (30, 12), NAME)
    assert plan.place(1, 'b', (90, 40), (30, 12), NAME)
    first, second = (np.array(label.box) for label in plan.labels)
    between = np.maximum(second[:2] - first[:2] - first[2:], first[:2] - second[:2] - second[2:])
    assert between.max() >= 2
    assert plan.labels[1].leader is not None


def test_no_room():
    plan = layout(np.full((20, 40), 255))
    assert not plan.place(0, 'a', (5, 5), (41, 10), NAME)
    assert plan.place(0, 'a', (5, 5), (40, 20), NAME)
    assert not plan.place(1, 'b', (5, 5), (3, 3), NAME)
    assert [label.text for label in plan.labels] == ['a']


def test_a_class_id_stays_near_and_a_name_may_go_farther():
    plan = layout(np.full((200, 400), 255))
    plan.place(0, 'wall', (100, 100), (160, 120), NAME)
    assert not plan.place(1, '1', (100, 100), (10, 10), CLASS_ID)  # 3 text heights are not enough
    assert plan.place(1, 'name', (100, 100), (40, 10), NAME)


@pytest.mark.parametrize('side', [4, 8])
def test_a_box_avoids_hiding_a_small_part(side):
    label_map = np.full((100, 200), 255)
    label_map[40:40 + side, 90:90 + side] = 0
    plan = layout(label_map)
    plan.place(0, 'a', (92, 42), (30, 12), NAME)
    x, y, width, height = plan.labels[0].box
    assert (label_map[y:y + height, x:x + width] == 255).all()


def test_refining_keeps_every_label():
    plan = layout(np.full((100, 200), 255))
    for i in range(6):
        plan.place(i, str(i), (80 + 5 * i, 50), (30, 12), NAME)
    before = {label.class_id: label.box[2:] for label in plan.labels}
    plan.refine()
    assert {label.class_id: label.box[2:] for label in plan.labels} == before
