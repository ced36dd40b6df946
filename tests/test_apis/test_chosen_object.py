"""A click or a box on a picture chooses an object and its region."""
import numpy as np
import pytest

from mmpartseg import PartTaxonomy
from mmpartseg.apis.chosen_object import chosen_object

TAXONOMY = PartTaxonomy(["cat's head", "cat's tail", "bus's wheel"])  # objects: bus, cat
BACKGROUND = 3
LABELS = np.array([
    [0, 0, 3, 0, 3],
    [1, 3, 3, 0, 2],
    [3, 3, 3, 3, 2]])


def region(rows):
    return np.array([[c == '#' for c in row] for row in rows])


@pytest.mark.parametrize('box, name, expected, mask', [
    ((0.9, 0.2, 0.9, 0.2), None, 'cat', ['##...', '#....', '.....']),  # head and tail, not the other cat
    ((3.5, 1.5, 3.5, 1.5), None, 'cat', ['...#.', '...#.', '.....']),
    ((4, 2, 4, 2), 'BUS', 'bus', ['.....', '....#', '....#']),
    ((2, 1, 2, 1), None, None, None),  # nothing there
    ((0, 0, 0, 0), 'bus', None, None),  # no bus there
    ((9, -3, 2.5, 0.9), None, 'cat', ['...#.', '.....', '.....']),  # beyond the edge, corners in any order
    ((3, 1, 4, 2), None, 'bus', ['.....', '....#', '....#']),  # two pixels of it, one of a cat
    ((3, 1, 4, 2), 'cat', 'cat', ['.....', '...#.', '.....']),
    ((1, 1, 2, 2), None, None, None),
    ((1, 1, 2, 2), 'bus', 'bus', ['.....', '.##..', '.##..']),  # not found there, but said
])
def test_chosen(box, name, expected, mask):
    found, where = chosen_object(LABELS, TAXONOMY, box, name)
    assert found == expected
    if mask is None:
        assert where is None
    else:
        np.testing.assert_array_equal(where, region(mask))


@pytest.mark.parametrize('box', [None, (1, 2, 3), ('a', 1, 2, 3), (float('nan'), 1, 2, 3), {'x': 1}])
def test_no_box(box):
    with pytest.raises(ValueError, match='a box is four numbers, x, y, x, y, got'):
        chosen_object(LABELS, TAXONOMY, box)


def test_another_object():
    with pytest.raises(ValueError, match=r"object 'cot' is not in the vocabulary; its objects: "
                                         r"\['bus', 'cat'\]"):
        chosen_object(LABELS, TAXONOMY, (0, 0, 0, 0), 'cot')
