import numpy as np
import pytest

from mmpartseg.taxonomy import PartTaxonomy
from mmpartseg.visualization import FIGURE_TITLES, heat_map, make_grid, panels

TAXONOMY = PartTaxonomy(["cat's head", "cat's tail", "dog's head", "bus's wheel"], ['dog', 'bus'])


@pytest.fixture
def image():
    return np.full((400, 480, 3), 100, np.uint8)


def test_heat_goes_from_blue_to_red(image):
    attention = np.array([[0.2, 0.2, 0.7], [0.2, 0.2, 0.2]])
    drawn = heat_map(image, attention, alpha=1)
    assert drawn.shape == image.shape
    assert drawn[-1, 0].tolist() == [0, 0, 128]  # the ends of the colour scale
    assert drawn[0, -1].tolist() == [128, 0, 0]


def test_only_the_order_of_attention_counts(image):
    attention = np.random.default_rng(0).random((22, 22))
    stretched = heat_map(image, 1000 * attention - 3)
    np.testing.assert_allclose(heat_map(image, attention), stretched, atol=2)  # 8-bit colours


@pytest.mark.parametrize(('alpha', 'expected'), [(0, [100, 100, 100]), (0.5, [50, 50, 114])])
def test_alpha_and_a_constant_map(image, alpha, expected):
    drawn = heat_map(image, np.full((3, 4), 7.0), alpha=alpha)
    assert (drawn == expected).all()


def test_a_small_image_grows():
    assert heat_map(np.zeros((36, 72, 3), np.uint8), np.eye(3)).shape == (360, 720, 3)


@pytest.mark.parametrize('attention', [np.zeros(4), np.zeros((0, 3)), [[np.nan, 1]]])
def test_bad_attention(image, attention):
    with pytest.raises(ValueError, match=r'\(h, w\) map of finite numbers.*without CLS'):
        heat_map(image, attention)


def test_the_three_levels(image):
    object_part = np.full((400, 480), 255)
    object_part[50:350, 0:230] = 0  # cat's head
    object_part[50:350, 250:480] = 2  # dog's head
    lookup = np.full(256, 255)
    lookup[:4] = TAXONOMY.object_of
    objects = lookup[object_part]
    lookup[:4] = TAXONOMY.part_of
    drawn = panels(image, objects, lookup[object_part], object_part, TAXONOMY)
    assert len(drawn) == len(FIGURE_TITLES) == 4
    np.testing.assert_array_equal(drawn[0], image)
    left, right = ([panel[80, x].tolist() for panel in drawn[1:]] for x in (60, 400))
    assert left[0] != right[0]  # cat and dog
    assert left[1] == right[1]  # both a head
    assert left[2] != right[2]  # cat's head and dog's head
    for panel in drawn[1:]:
        assert (panel[object_part == 255] == 100).all()
    dashed = [(panel[50, 250:480] == 255).all(-1).any() for panel in drawn[1:]]
    assert dashed == [True, False, True]  # dog is unseen, but a head is known from the cat
    assert make_grid([drawn], FIGURE_TITLES).shape[1] == 4 * 488
