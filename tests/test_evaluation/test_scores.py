"""Scores of tables worked out by hand."""
import math

import numpy as np
import pytest

from mmpartseg.evaluation import (
    class_iou,
    class_recall,
    found_only,
    harmonic_mean,
    mean_scores,
    size_binned_iou,
)

# Rows: predicted 0, 1, 2, background; columns: annotated 0, 1, 2. Class 2 is absent.
COUNTS = np.array([[6, 1, 0], [2, 3, 0], [1, 0, 0], [1, 4, 0]])


def test_iou_and_recall():
    # Class 0: 6 of 10 annotated, 7 predicted, union 11. Class 1: 3 of 8, 5 predicted, union 10.
    np.testing.assert_allclose(class_iou(COUNTS), [600 / 11, 30, np.nan])
    np.testing.assert_allclose(class_recall(COUNTS), [60, 37.5, np.nan])


def test_background_prediction_is_a_miss_and_nobodys_false_positive():
    counts = np.array([[3, 0], [0, 5], [1, 0]])
    np.testing.assert_allclose(class_iou(counts), [75, 100])
    np.testing.assert_allclose(class_recall(counts), [75, 100])


def test_background_column_counts_as_false_positive():
    counts = np.array([[3, 0, 2], [0, 5, 0], [1, 0, 7]])
    np.testing.assert_allclose(class_iou(counts), [100 * 3 / 6, 100])


def test_size_binned_iou():
    # hit, annotated, predicted of two classes: small, medium, large
    counts = np.array([[[2, 0], [3, 0], [12, 0]], [[0, 5], [0, 5], [0, 5]], np.zeros((3, 2))])
    np.testing.assert_allclose(size_binned_iou(counts),
                               [[200 / 13, np.nan], [np.nan, 100], [np.nan, np.nan]])


def test_a_perfect_class_has_exactly_100():
    many = 2**53 + 1  # not a float64
    assert class_iou(np.array([[many], [0]]))[0] == 100
    assert class_recall(np.array([[many], [0]]))[0] == 100


def test_means_leave_absent_classes_out():
    values = np.array([50, np.nan, 30, 10, np.nan])
    scores = mean_scores(values, [True, True, True, False, False])
    assert scores == {'seen': 40, 'unseen': 10, 'harmonic': 16, 'mean': 30}


@pytest.mark.parametrize('is_seen, defined', [([True, True], 'seen'), ([False, False], 'unseen')])
def test_no_seen_or_no_unseen_class(is_seen, defined):
    scores = mean_scores(np.array([20.0, 40.0]), is_seen)
    undefined = {'seen', 'unseen', 'harmonic'} - {defined}
    assert scores[defined] == scores['mean'] == 30
    assert all(math.isnan(scores[key]) for key in undefined)


def test_no_annotated_pixel_at_all():
    assert all(map(math.isnan, mean_scores(np.full(3, np.nan), [True, True, False]).values()))


@pytest.mark.parametrize('seen, unseen, expected', [(30, 60, 40), (50, 0, 0), (0, 0, 0)])
def test_harmonic_mean(seen, unseen, expected):
    assert harmonic_mean(seen, unseen) == pytest.approx(expected, abs=0)


def test_harmonic_mean_of_undefined_is_undefined():
    assert math.isnan(harmonic_mean(math.nan, 10)) and math.isnan(harmonic_mean(0, math.nan))


def test_found_classes_alone_are_averaged_on_request():
    # Class 0: 6 of 11. Class 1 is there and missed, class 2 absent, class 3: 5 of 5.
    counts = np.array([[6, 1, 0, 0], [2, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 5], [1, 4, 0, 0]])
    values = class_iou(counts)
    np.testing.assert_allclose(values, [600 / 11, 0, np.nan, 100])
    np.testing.assert_allclose(found_only(values), [600 / 11, np.nan, np.nan, 100])
    scores = mean_scores(found_only(values), [True, True, True, False])
    assert scores['seen'] == pytest.approx(600 / 11) and scores['unseen'] == 100
    assert mean_scores(values, [True, True, True, False])['seen'] == pytest.approx(300 / 11)
