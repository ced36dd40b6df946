"""Per-class numbers from a small matrix, worked out by hand."""
import numpy as np
import pytest

from mmpartseg.evaluation import DESTINATIONS, class_breakdown
from mmpartseg.taxonomy import PartTaxonomy

TAXONOMY = PartTaxonomy(["cat's head", "cat's tail", "dog's head", "dog's tail"], ['dog'])
#                       annotated: cat's head, cat's tail, dog's head, dog's tail
CONFUSION = np.array([[50, 1, 0, 0],
                      [20, 3, 0, 0],
                      [15, 0, 0, 0],
                      [10, 0, 8, 0],
                      [5, 0, 2, 0]])
SIZES = np.zeros((3, 3, 4), np.int64)
SIZES[1, :, 0] = 30, 40, 80  # medium: hits, annotated, predicted
COUNTS = {'pred_all/confusion': CONFUSION, 'pred_all/size_counts': SIZES}


def test_numbers():
    numbers = class_breakdown(COUNTS, TAXONOMY, 'pred_all')
    assert 'boundary' not in numbers
    expected = {'recall': [50, 75, 0], 'same object': [20, 25, 80], 'same part': [15, 0, 0],
                'elsewhere': [10, 0, 0], 'background': [5, 0, 20],
                'IoU': [100 * 50 / 101, 100 * 3 / 24, 0]}
    for name, values in expected.items():
        np.testing.assert_allclose(numbers[name], [*values, np.nan], atol=1e-9, err_msg=name)
    np.testing.assert_allclose(sum(numbers[name] for name in DESTINATIONS)[:3], 100)
    np.testing.assert_allclose(numbers['medium'], [100 * 30 / 90, np.nan, np.nan, np.nan])
    assert np.isnan(numbers['small']).all() and np.isnan(numbers['large']).all()


def test_boundary_counts_are_used():
    counts = dict(COUNTS, **{'pred_all/boundary_confusion': np.eye(5, dtype=np.int64)})
    numbers = class_breakdown(counts, TAXONOMY, 'pred_all')
    np.testing.assert_allclose(numbers['boundary'], 100)


def test_missing_setting():
    with pytest.raises(KeyError, match="no 'oracle_obj', only .'pred_all'"):
        class_breakdown(COUNTS, TAXONOMY, 'oracle_obj')
