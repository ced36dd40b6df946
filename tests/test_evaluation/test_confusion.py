"""Group means and confusions of one hand-worked matrix."""
import numpy as np
import pytest

from mmpartseg.evaluation import (
    object_means,
    part_means,
    same_object_confusion,
    same_part_confusion,
)
from mmpartseg.taxonomy import PartTaxonomy


@pytest.fixture
def taxonomy():
    return PartTaxonomy(["cat's head", "cat's tail", "dog's head", "dog's tail", "bus's wheel"])


@pytest.fixture
def counts():
    return np.array([
        [4, 1, 3, 0, 0],  # predicted cat's head
        [2, 9, 0, 5, 0],  # cat's tail
        [1, 0, 6, 5, 0],  # dog's head
        [0, 0, 1, 0, 0],  # dog's tail
        [0, 0, 0, 0, 0],  # bus's wheel
        [3, 0, 0, 0, 0],  # background
    ])


def test_means_over_parts_and_objects(taxonomy):
    values = np.array([10, 20, 50, np.nan, np.nan])
    assert taxonomy.parts == ('head', 'tail', 'wheel')
    np.testing.assert_array_equal(part_means(values, taxonomy), [30, 20, np.nan])
    assert taxonomy.objects == ('bus', 'cat', 'dog')
    np.testing.assert_array_equal(object_means(values, taxonomy), [np.nan, 15, 50])


def test_other_part_of_the_object(taxonomy, counts):
    np.testing.assert_array_equal(same_object_confusion(counts, taxonomy), [20, 10, 10, 50, np.nan])


def test_same_part_of_another_object(taxonomy, counts):
    np.testing.assert_array_equal(same_part_confusion(counts, taxonomy), [10, 0, 30, 50, np.nan])


def test_equals_a_loop_over_pairs(taxonomy):
    counts = np.random.default_rng(1).integers(0, 50, (6, 5))
    split = [name.split("'s ") for name in taxonomy.object_parts]
    for gt in range(5):
        total = counts[:, gt].sum()
        for function, i in ((same_object_confusion, 0), (same_part_confusion, 1)):
            mixed = sum(counts[p, gt] for p in range(5) if p != gt and split[p][i] == split[gt][i])
            assert function(counts, taxonomy)[gt] == pytest.approx(100 * mixed / total, abs=1e-12)
