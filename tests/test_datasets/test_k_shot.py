"""Few-shot subsets: the rule against a loop over images, and on files."""
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mmseg.registry import DATASETS

from mmpartseg.datasets.k_shot import draw_shots


def slow_draw(present, shots, seed):
    """Walk through the images in random order; take one that has a class with too few so far."""
    have, taken = np.zeros(present.shape[1], int), []
    for index in np.random.default_rng(seed).permutation(len(present)):
        if any(have[present[index]] < shots):
            taken.append(index)
            have += present[index]
    return sorted(taken)


@given(st.integers(1, 12), st.integers(1, 5), st.integers(1, 4), st.integers(0, 9))
def test_rule(images, classes, shots, seed):
    present = np.random.default_rng(seed + 100).random((images, classes)) < 0.4
    drawn = draw_shots(present, shots, seed)
    assert drawn.tolist() == slow_draw(present, shots, seed)
    assert np.all(present[drawn].sum(0) >= np.minimum(present.sum(0), shots))


def test_fewer_shots_are_a_subset_and_seeds_differ():
    present = np.random.default_rng(0).random((200, 6)) < 0.3
    drawn = [set(draw_shots(present, shots, seed=1).tolist()) for shots in (1, 4, 16)]
    assert drawn[0] < drawn[1] < drawn[2]
    assert drawn[1] != set(draw_shots(present, 4, seed=2).tolist())


@pytest.fixture
def archive(empty_archive):
    """Three cats with a tail, one of them the only one with a head; an image without a part."""
    empty_archive.add('train', 'a', {"cat's tail": 8})
    empty_archive.add('train', 'b', {"cat's tail": 8, "cat's head": 3})
    empty_archive.add('train', 'c', {"cat's tail": 8})
    empty_archive.add('train', 'd', {}, objects={'boat': 5})
    return empty_archive


def build(archive, shots, **options):
    return DATASETS.build(dict(
        type='KShotDataset', shots=shots, dataset=dict(
            type='PascalPart116Dataset', data_root=str(archive.root), pipeline=[], **options)))


def test_data_set(archive):
    dataset = build(archive, shots=1)
    stems = [dataset[i]['img_path'][-5] for i in range(len(dataset))]
    assert 'b' in stems and 'd' not in stems and len(stems) <= 2
    assert dataset.taxonomy.object_parts == dataset.metainfo['classes']
    assert [i['img_path'][-5] for i in build(archive, shots=5)] == ['a', 'b', 'c']
    assert len(build(archive, shots=5, split='seen')) == 3  # cat is a seen object


def test_errors(archive):
    with pytest.raises(ValueError, match='shots=0; at least 1'):
        build(archive, shots=0)
    with pytest.raises(ValueError, match='PartSegDataset, got a BaseSegDataset'):
        DATASETS.build(dict(type='KShotDataset', shots=1, dataset=dict(
            type='BaseSegDataset', data_prefix=dict(img_path=str(archive.root)), lazy_init=True)))
