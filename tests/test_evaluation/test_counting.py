"""Counting against hand-worked tables and a loop over pixels."""
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mmpartseg.evaluation import confusion_matrix
from mmpartseg.evaluation.counting import object_size_counts, size_counts

IGNORE = 200


def slow_matrix(pred, target, num_classes):
    matrix = np.zeros((num_classes + 1, num_classes), np.int64)
    for p, t in zip(pred.ravel(), target.ravel()):
        if t != IGNORE:
            matrix[p, t] += 1
    return matrix


def test_each_pair_is_counted_where_there_is_a_label():
    target = torch.tensor([[0, 0, 1], [1, IGNORE, IGNORE]])
    pred = torch.tensor([[0, 1, 1], [2, 0, 2]])
    assert confusion_matrix(pred, target, 2, IGNORE).tolist() == [[1, 0], [1, 1], [0, 1]]


def test_all_ignored_counts_nothing():
    empty = torch.full((3, 4), IGNORE)
    assert confusion_matrix(torch.zeros_like(empty), empty, 3, IGNORE).sum() == 0


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(1, 6))
def test_equals_a_loop_over_pixels(data, num_classes):
    shape = data.draw(st.tuples(st.integers(1, 7), st.integers(1, 7)))
    labels = st.one_of(st.integers(0, num_classes - 1), st.just(IGNORE))
    pred = data.draw(arrays(np.int64, shape, elements=st.integers(0, num_classes)))
    target = data.draw(arrays(np.int64, shape, elements=labels))
    counts = confusion_matrix(torch.from_numpy(pred), torch.from_numpy(target), num_classes, IGNORE)
    assert counts.dtype == torch.int64
    np.testing.assert_array_equal(counts.numpy(), slow_matrix(pred, target, num_classes))


def test_narrow_integers_do_not_overflow():
    target = torch.tensor([[149, 255]], dtype=torch.uint8)
    pred = torch.tensor([[150, 3]], dtype=torch.uint8)
    counts = confusion_matrix(pred, target, 150, 255)
    assert counts[150, 149] == 1 and counts.sum() == 1


def test_inputs_are_left_as_they_are():
    target, pred = torch.tensor([[0, IGNORE]]), torch.tensor([[1, 0]])
    confusion_matrix(pred, target, 1, IGNORE)
    assert target.tolist() == [[0, IGNORE]] and pred.tolist() == [[1, 0]]


@pytest.mark.parametrize('pred, target, message', [
    ([[3]], [[0]], 'prediction has ids from 3 to 3; expected 0 to 2'),
    ([[-1]], [[0]], 'prediction has ids from -1 to -1; expected 0 to 2'),
    ([[0]], [[2]], 'annotation has ids from 2 to 2; expected 0 to 1'),
    ([[0]], [[-1]], 'annotation has ids from -1 to -1; expected 0 to 1'),
    ([[0, 0]], [[0]], r'prediction is \(1, 2\) and the annotation \(1, 1\)'),
    ([[[0]]], [[[0]]], r'must be \(H, W\) of one size'),
])
def test_bad_maps_are_refused(pred, target, message):
    with pytest.raises(ValueError, match=message):
        confusion_matrix(torch.tensor(pred), torch.tensor(target), 2, IGNORE)


def bins_of(areas, object_of):
    """Size bin of each class from its area alone."""
    confusion = torch.diag(torch.tensor(areas))
    confusion = torch.cat([confusion, torch.zeros_like(confusion[:1])])
    return size_counts(confusion, torch.tensor(object_of))[:, 1].tolist()


def test_size_is_the_share_of_the_object():
    # Object 0 has 100 annotated pixels; object 1 a single one, in its only part.
    small, medium, large = bins_of([4, 5, 24, 67, 1], [0, 0, 0, 0, 1])
    assert small == [4, 0, 0, 0, 0]
    assert medium == [0, 5, 24, 0, 0]
    assert large == [0, 0, 0, 67, 1]


def test_a_quarter_of_the_object_is_large():
    assert bins_of([1, 3, 0], [0, 0, 0]) == [[0, 0, 0], [0, 0, 0], [1, 3, 0]]


def test_predictions_go_to_the_bin_of_their_class():
    # Object 0: class 0 has 3 of 100 pixels, class 1 has 97. Class 2, of object 1, is absent.
    confusion = torch.tensor([[2, 10, 0], [1, 80, 0], [0, 6, 0], [0, 1, 0]])
    counts = size_counts(confusion, torch.tensor([0, 0, 1]))
    hits, annotated, predicted = [2, 0, 0], [3, 0, 0], [12, 0, 0]
    assert counts[0].tolist() == [hits, annotated, predicted]
    assert counts[1].sum() == 0
    assert counts[2].tolist() == [[0, 80, 0], [0, 97, 0], [0, 81, 0]]


def test_size_of_the_object_is_its_share_of_the_picture():
    # Of 100 pixels object 0 has 9, object 1 has 14, object 2 has 25; class 1 is predicted on 4 of object 1.
    confusion = torch.diag(torch.tensor([8, 1, 10, 25]))
    confusion[1, 2] = 4
    confusion = torch.cat([confusion, torch.zeros_like(confusion[:1])])
    counts = object_size_counts(confusion, torch.tensor([0, 0, 1, 2]), 100)
    assert counts[0].tolist() == [[8, 1, 0, 0], [8, 1, 0, 0], [8, 5, 0, 0]]
    assert counts[1].tolist() == [[0, 0, 10, 0], [0, 0, 14, 0], [0, 0, 10, 0]]
    assert counts[2].tolist() == [[0, 0, 0, 25]] * 3
    assert object_size_counts(confusion, torch.tensor([0, 0, 1, 2]), 1000)[1:].sum() == 0
