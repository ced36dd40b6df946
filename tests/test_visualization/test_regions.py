import numpy as np

from mmpartseg.visualization.regions import find_pieces, outline


def slow_outline(label_map, width):
    """Another label within `width` steps along rows and columns."""
    edge = np.zeros(label_map.shape, bool)
    for y, x in np.ndindex(*label_map.shape):
        for row, column in np.ndindex(*label_map.shape):
            near = abs(row - y) + abs(column - x) <= width
            edge[y, x] |= near and label_map[row, column] != label_map[y, x]
    return edge


def test_outline_against_a_loop():
    rng = np.random.default_rng(0)
    for width in (1, 2, 3):
        label_map = np.kron(rng.integers(0, 3, (3, 4)), np.ones((4, 3), int))
        np.testing.assert_array_equal(outline(label_map, width), slow_outline(label_map, width))


def test_the_border_of_the_picture_is_no_outline():
    assert not outline(np.zeros((5, 7), int), 2).any()


def test_pieces_by_hand():
    label_map = np.array([[0, 0, 0, 9, 1],
                          [0, 0, 0, 9, 9],
                          [0, 0, 0, 9, 0],
                          [9, 9, 9, 9, 9],
                          [1, 1, 9, 2, 2]])
    found = find_pieces(label_map, 3, most=4)
    assert list(found) == [0, 1, 2]
    assert [piece.area for piece in found[0]] == [9, 1]
    assert [piece.area for piece in found[1]] == [2, 1]
    assert found[0][0].point == (1, 1)  # the middle, farthest from the border
    assert found[0][1].point == (4, 2)
    assert found[0][1].corner == (4, 2) and found[0][1].mask.tolist() == [[True]]
    assert found[1][0].corner == (0, 4) and found[1][0].mask.tolist() == [[True, True]]
    assert [piece.class_id for piece in found[2]] == [2]


def test_only_the_largest_pieces_are_kept():
    label_map = np.full((3, 30), 7)
    label_map[1, ::3] = 0
    label_map[1, 10:12] = 0
    found = find_pieces(label_map, 1, most=2)[0]
    assert [piece.area for piece in found] == [4, 1]  # columns 9 to 12, and a single pixel


def test_pixels_that_touch_at_a_corner_are_one_piece():
    assert [p.area for p in find_pieces(np.eye(4, dtype=int) - 1, 1, most=4)[0]] == [4]


def test_negative_and_large_values_belong_to_no_class():
    assert find_pieces(np.array([[-1, 3, 255, 65535]]), 3, most=1) == {}


def test_the_point_of_a_ring_lies_on_the_ring():
    y, x = np.mgrid[:41, :41] - 20
    label_map = np.where(np.abs(np.hypot(x, y) - 14) < 4, 0, 5)
    piece = find_pieces(label_map, 1, most=1)[0][0]
    column, row = piece.point
    assert label_map[row, column] == 0
    assert piece.circle() == ((20, 20), 18)
