"""Overlays of predictions: colours where the parts are, a legend, bounded size."""
import numpy as np
import pytest

from mmpartseg.apis.drawing import LEGEND_WIDTH, PICTURE_SIDE, draw_prediction
from mmpartseg.visualization.grid import MARGIN

NAMES = ("cat's head", "cat's tail")
PALETTE = np.array([[250, 0, 0], [0, 0, 250]], np.uint8)
UNSEEN = np.array([False, True])


def draw(label_map):
    image = np.zeros((*label_map.shape, 3), np.uint8)
    return draw_prediction(image, label_map, NAMES, PALETTE, UNSEEN)


def test_legend_below():
    label_map = np.full((400, 600), 2)
    nothing = draw(label_map)  # says so below
    assert 410 < nothing.shape[0] < 440 and nothing.shape[1] == 600
    assert not nothing[4:404].any() and (nothing[402:] < 100).any() and np.median(nothing[402:]) == 255
    label_map[:, 300:] = 0
    picture = draw(label_map)
    assert picture.shape[0] > 410 and picture.shape[1] == 600
    assert (picture[-8:] == 255).any() and not (picture[10:390, 10:290]).any()
    assert picture.shape[0] != nothing.shape[0]
    assert (picture[405:, :MARGIN] == 255).all()  # a box at the rim would look cut off
    red = picture[10:390, 310:590].reshape(-1, 3)
    assert np.median(red, axis=0).tolist() == [125, 0, 0]


def test_huge_and_narrow():
    huge = draw(np.zeros((2000, 4000), np.int64))
    assert huge.shape[1] == PICTURE_SIDE and 640 < huge.shape[0] < 720
    assert draw(np.zeros((1500, 3), np.int64)).shape[1] == LEGEND_WIDTH


@pytest.mark.parametrize('box', [[10, 10, 1, 1], [0, 0, 4000, 1], [3999, 0, 1, 3], [0, 1999, 2, 1]])
def test_numbered_boxes_of_thin_regions_in_a_large_picture(box):
    """Scaled down they have no pixel of height; a failure cost the whole picture."""
    label_map = np.full((2000, 4000), 2)
    region = {'object': 'cat', 'number': 1, 'box': box}
    drawn = draw_prediction(np.zeros((2000, 4000, 3), np.uint8), label_map, NAMES, PALETTE, UNSEEN, [region])
    assert (drawn != draw(label_map)).any()


def test_the_legend_has_the_size_of_the_names_in_the_picture():
    small, large = (draw(np.zeros((side, side), np.int64)) for side in (360, 1200))
    heights = [picture.shape[0] - picture.shape[1] - 2 * MARGIN for picture in (small, large)]
    assert heights[1] > 1.5 * heights[0]


@pytest.mark.parametrize('alpha, expected', [(0, 100), (0.5, 150), (1, 200)])
def test_opacity(alpha, expected):
    """Of a gray picture that one part of another gray fills; away from its name and outline."""
    gray = np.full((1, 3), 200, np.uint8)
    picture = draw_prediction(np.full((400, 400, 3), 100, np.uint8), np.zeros((400, 400), np.int64),
                              ["cat's head"], gray, np.array([False]), alpha=alpha)
    assert (picture[40:60, 40:60] == expected).all()
