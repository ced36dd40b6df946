import numpy as np
import pytest

from mmpartseg.visualization.sizes import (
    font_size,
    line_width,
    readable_scale,
    resize_image,
    resize_label_map,
)


@pytest.mark.parametrize(('shape', 'scale'), [
    ((360, 500), 1), ((180, 200), 2), ((3000, 4000), 1), ((1, 1), 360), ((100, 800), 2),
    ((10, 4000), 1)])
def test_small_images_grow_until_names_can_be_read(shape, scale):
    assert readable_scale(np.zeros((*shape, 3), np.uint8)) == scale


@pytest.mark.parametrize(('scale', 'shape'), [(2, (8, 12)), (0.5, (2, 3)), (0.01, (1, 1))])
def test_resize_image(scale, shape):
    image = np.full((4, 6, 3), 77, np.uint8)
    resized = resize_image(image, scale)
    assert resized.shape == (*shape, 3) and (resized == 77).all()


def test_an_image_of_the_right_size_is_left_alone():
    image = np.zeros((4, 6, 3), np.uint8)
    assert resize_image(image, 1) is image


def test_enlarged_labels_keep_their_place_and_no_new_label_appears():
    label_map = np.array([[0, 116, 116], [0, 116, 65535]])
    large = resize_label_map(label_map, (20, 30))
    assert large.dtype == label_map.dtype
    assert set(np.unique(large)) == {0, 116, 65535}
    np.testing.assert_array_equal(large[5::10, 5::10], label_map)  # the middle of every pixel


def test_a_single_pixel_survives_enlarging():
    label_map = np.zeros((9, 9), int)
    label_map[4, 4] = 3
    assert 50 <= (resize_label_map(label_map, (90, 90)) == 3).sum() <= 100


def test_a_reduced_map_takes_the_label_of_most_pixels():
    label_map = np.array([[1, 1, 2, 2], [1, 5, 2, 2], [3, 3, 3, 0], [0, 0, 0, 0]])
    expected = [[1, 2], [0, 0]]
    found = resize_label_map(label_map, (2, 2))
    assert found[0].tolist() == expected[0]
    assert found[1, 1] == 0


def test_text_and_lines_grow_with_the_picture():
    small, large = np.zeros((360, 400, 3)), np.zeros((3000, 4000, 3))
    assert (font_size(small), line_width(small)) == (13, 2)
    assert (font_size(large), line_width(large)) == (65, 9)
