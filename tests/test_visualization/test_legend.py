import numpy as np
import pytest

from mmpartseg.visualization import legend

NAMES = ["cat's head", "cat's tail", "dog's head"]
PALETTE = np.array([[200, 0, 100], [0, 100, 200], [50, 250, 150]], np.uint8)


def has_color(strip, color):
    return (strip == color).all(-1).sum() > 30


def test_only_the_classes_asked_for():
    strip = legend([2, 0, 2], NAMES, PALETTE, 300)
    assert strip.shape[1] == 300 and strip.dtype == np.uint8
    assert [has_color(strip, color) for color in PALETTE] == [True, False, True]


def test_classes_stand_in_the_order_of_their_ids():
    strip = legend([1, 0], NAMES, PALETTE, 300)
    first, second = (np.argwhere((strip == PALETTE[i]).all(-1))[:, 1].min() for i in (0, 1))
    assert first < second


def test_unseen_classes_are_explained():
    plain = legend([0, 2], NAMES, PALETTE, 600)
    marked = legend([0, 2], NAMES, PALETTE, 600, [False, False, True])
    assert (marked[:, 250:] < 100).any() and not (plain[:, 250:] < 100).any()
    np.testing.assert_array_equal(legend([0], NAMES, PALETTE, 600),
                                  legend([0], NAMES, PALETTE, 600, [False, False, True]))


def test_a_narrow_strip_has_more_lines_and_clips_nothing():
    wide, narrow = (legend(range(3), NAMES, PALETTE, width) for width in (600, 110))
    assert narrow.shape[0] > 2.5 * wide.shape[0]
    dark = [(strip < 60).all(-1).sum() for strip in (wide, narrow)]
    assert dark[1] == pytest.approx(dark[0], rel=0.02)  # the same letters
    assert (narrow[:, -1] == 255).all()


def test_a_long_name_is_wrapped():
    names = ["garbage truck's very long and winding side mirror"]
    strip = legend([0], names, PALETTE[:1], 120)
    assert strip.shape[1] == 120 and strip.shape[0] > 50
    assert (strip[:, -1] == 255).all()


@pytest.mark.parametrize('ids', [[], [3], [-1], [0, 255]])
def test_bad_ids(ids):
    with pytest.raises(ValueError, match=r'class ids in 0\.\.2.*leave out background'):
        legend(ids, NAMES, PALETTE, 300)


def test_a_legend_grows_with_its_text():
    small, large = (legend([0], NAMES, PALETTE, 40 * size, size=size) for size in (13, 52))
    assert 3 < large.shape[0] / small.shape[0] < 5
    boxes = [(strip == PALETTE[0]).all(-1).sum() for strip in (small, large)]
    assert 7 < boxes[1] / boxes[0] < 22
