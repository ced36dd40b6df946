"""Names and masks of objects become the object map that Oracle-Obj reads."""
import numpy as np
import pytest

from mmpartseg import PartTaxonomy
from mmpartseg.apis.object_map import object_map

TWO = PartTaxonomy(["dog's head", "cat's head"])  # objects: cat, dog
ONE = PartTaxonomy(["dog's head"])


def test_name_alone_fills_the_picture():
    np.testing.assert_array_equal(object_map(TWO, (2, 3), 'dog'), np.ones((2, 3)))
    assert object_map(TWO, (2, 3)) is None


@pytest.mark.parametrize('mask, expected', [
    ([[0, 255, 3]], [[2, 1, 1]]), ([[False, True, True]], [[2, 1, 1]])])
def test_mask_of_a_named_object(mask, expected):
    found = object_map(TWO, (1, 3), 'dog', np.array(mask))
    np.testing.assert_array_equal(found, expected)
    assert found.dtype == np.int64


def test_mask_in_a_vocabulary_of_one_object():
    np.testing.assert_array_equal(object_map(ONE, (1, 2), mask=[[0, 255]]), [[1, 0]])


def test_numbered_mask():
    mask = np.array([[0, 1, 2]], np.uint8)
    np.testing.assert_array_equal(object_map(TWO, (1, 3), mask=mask), [[2, 0, 1]])


@pytest.mark.parametrize('name, mask, message', [
    ('cow', None, r"object 'cow' is not in the vocabulary; its objects: \['cat', 'dog'\]"),
    (None, np.array([[0, 255]]), r'values 0..255; .* 1 to 2, of .*For a mask of one object, name'),
    (None, np.array([[-1, 0]]), r'values -1..0'),
    ('cat', np.zeros((2, 2), int), r'mask has shape \(2, 2\), its image \(1, 2\)'),
    ('cat', np.zeros((1, 2)), 'integers or bool, got float64'),
])
def test_errors(name, mask, message):
    with pytest.raises(ValueError, match=message):
        object_map(TWO, (1, 2), name, mask)


def test_parts_of_whatever_object_have_none_to_name():
    with pytest.raises(ValueError, match=r"'wheel': the vocabulary names no object, only parts of whatever "
                       r"object \(handle, wheel\)\. Leave the object out, .* as in 'OBJECT: handle'"):
        object_map(PartTaxonomy(["anything's handle", "anything's wheel"]), (1, 2), 'wheel')
    mixed = PartTaxonomy(["anything's handle", "cat's head"])
    with pytest.raises(ValueError, match=r"'cow' is not in the vocabulary; its objects: \['cat'\]$"):
        object_map(mixed, (1, 2), 'cow')
    np.testing.assert_array_equal(object_map(mixed, (1, 1), 'Cat'), [[1]])
