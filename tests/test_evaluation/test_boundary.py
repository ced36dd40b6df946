"""Boundaries against loops over pixels, and against an erosion class by class."""
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mmpartseg.evaluation import boundary_map, released_boundary_map
from mmpartseg.evaluation.boundary import erosion_radius

BACKGROUND = 4


def window(label_map, y, x, radius, outside):
    padded = np.pad(label_map, radius, constant_values=outside)
    return padded[y:y + 2 * radius + 1, x:x + 2 * radius + 1]


def slow_boundary(label_map, radius):
    result = np.full_like(label_map, BACKGROUND)
    for y, x in np.ndindex(label_map.shape):
        if (window(label_map, y, x, radius, -1) != label_map[y, x]).any():
            result[y, x] = label_map[y, x]
    return result


def slow_released_boundary(label_map, radius):
    result = np.zeros_like(label_map)
    for y, x in np.ndindex(label_map.shape):
        result[y, x] = label_map[y, x] - window(label_map, y, x, radius, 0).min()
    return result


@pytest.mark.parametrize('size, radius', [((375, 500), 12), ((3, 4), 1), ((600, 800), 20)])
def test_radius_is_two_percent_of_the_diagonal(size, radius):
    # diagonals 625 (12.5, to even), 5 (0.1) and 1000
    assert erosion_radius(*size) == radius


def test_a_square_keeps_its_rim():
    label_map = torch.full((7, 7), BACKGROUND)
    label_map[1:6, 1:6] = 2
    edge = boundary_map(label_map, BACKGROUND)
    assert (edge == 2).sum() == 16
    assert (edge[2:5, 2:5] == BACKGROUND).all()


def test_the_image_edge_is_a_boundary():
    edge = boundary_map(torch.zeros(5, 6, dtype=torch.int64), BACKGROUND)
    assert (edge == 0).sum() == 5 * 6 - 3 * 4


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from([0.02, 0.3, 0.5]))
def test_both_boundaries_equal_a_loop(data, ratio):
    shape = data.draw(st.tuples(st.integers(1, 9), st.integers(1, 9)))
    label_map = data.draw(arrays(np.int64, shape, elements=st.integers(0, BACKGROUND)))
    label_map = label_map.repeat(2, 0).repeat(2, 1)
    radius = erosion_radius(*label_map.shape, ratio)
    tensor = torch.from_numpy(label_map)
    np.testing.assert_array_equal(boundary_map(tensor, BACKGROUND, ratio),
                                  slow_boundary(label_map, radius))
    np.testing.assert_array_equal(released_boundary_map(tensor, ratio),
                                  slow_released_boundary(label_map, radius))


def test_boundary_is_each_mask_minus_its_erosion():
    rng = np.random.default_rng(0)
    label_map = rng.integers(0, BACKGROUND + 1, (6, 8)).repeat(9, 0).repeat(9, 1)
    radius, edge = 2, boundary_map(torch.from_numpy(label_map), BACKGROUND, 2 / 90).numpy()
    for label in range(BACKGROUND):
        mask = np.pad(label_map == label, radius)
        windows = np.lib.stride_tricks.sliding_window_view(mask, (2 * radius + 1,) * 2)
        eroded = windows.all(axis=(2, 3))
        np.testing.assert_array_equal(edge == label, (label_map == label) & ~eroded)
