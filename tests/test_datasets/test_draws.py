"""A sample's random numbers: the same in every process and worker, and after every interruption."""
import copy
import itertools
import pickle
import random
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mmengine.dataset import ConcatDataset, InfiniteSampler, pseudo_collate
from mmseg.registry import DATASETS
from torch.utils.data import DataLoader

from mmpartseg.datasets import DrawSampler
from mmpartseg.datasets.draws import Draw, random_numbers_of
from mmpartseg.engine.skipping import jump

PIPELINE = [dict(type='LoadPartImage'), dict(type='LoadPartAnnotations'), dict(type='RandomFlip', prob=0.5),
            dict(type='PackPartSegInputs', meta_keys=('img_path', 'flip'))]


@pytest.fixture
def dataset(pascal_archive):
    """Three data sets, one of them twice."""
    member = dict(type='PascalPart116Dataset', data_root=str(pascal_archive.root), pipeline=PIPELINE)
    return ConcatDataset([member, dict(type='RepeatDataset', dataset=member, times=2)])


def batches(dataset, count=10, workers=0, passed=0, sampler=None):
    """What a run sees: path and flip of each sample, after a jump."""
    sampler = sampler or DrawSampler(dataset, seed=3)
    loader = DataLoader(dataset, 2, sampler=sampler, num_workers=workers, collate_fn=pseudo_collate,
                        persistent_workers=workers > 0)
    iter(loader)  # mmengine begins before it knows that a run goes on
    assert passed == 0 or jump(loader, passed)
    return [[(s.img_path, s.get('flip')) for s in batch['data_samples']]
            for batch in itertools.islice(loader, count)]


def test_a_draw_is_an_index():
    draw = pickle.loads(pickle.dumps(Draw(7, (1, 2))))
    assert draw == 7 and draw.seed == (1, 2)
    for value, expected in ((draw - 3, 4), (draw % 4, 3)):
        assert value == expected and value.seed == (1, 2)


def test_the_order_is_that_of_mmengine(dataset):
    ours, theirs = (list(itertools.islice(sampler(dataset, seed=5), 40))
                    for sampler in (DrawSampler, InfiniteSampler))
    assert ours == theirs


def test_random_numbers_of_a_draw():
    def numbers():
        return random.random(), np.random.rand(), torch.rand(()).item()

    def of(*seed):
        with random_numbers_of(Draw(0, seed)):
            return numbers()
    random.seed(0), np.random.seed(0), torch.manual_seed(0)
    expected = numbers()
    random.seed(0), np.random.seed(0), torch.manual_seed(0)
    first = of(1, 0)
    assert numbers() == expected  # untouched, also by an error
    assert first == of(1, 0)
    found = [first, of(1, 1), of(2, 0), of(1, 2**40)]
    assert len({number for numbers in found for number in numbers}) == 12
    with random_numbers_of(3):
        free = numbers()
    assert free not in (expected, first)


def test_workers_change_nothing(dataset):
    whole = batches(dataset)
    flips = [flip for batch in whole for _, flip in batch]
    assert 3 < sum(map(bool, flips)) < 17
    assert batches(dataset, workers=2) == whole
    assert batches(dataset, workers=3) == whole


def test_objects_of_images(pascal_archive):
    """The pairs of an image and one of its objects, drawn alike."""
    member = dict(type='PascalPart116Dataset', data_root=str(pascal_archive.root), pipeline=PIPELINE)
    pairs = DATASETS.build(dict(type='PerObjectDataset', dataset=member))
    whole = batches(pairs)
    assert batches(pairs, workers=2) == whole and batches(pairs, 4, 2, passed=6) == whole[6:]


@pytest.mark.parametrize('workers', [0, 2])
@pytest.mark.parametrize('passed', [1, 7])
def test_after_a_jump(passed, workers, dataset):
    assert batches(dataset, 10 - passed, workers, passed) == batches(dataset)[passed:]


def test_processes_share_the_samples(dataset):
    def process(rank):
        sampler = DrawSampler(dataset, seed=3)
        sampler.rank, sampler.world_size = rank, 2
        return sampler
    one = [set(a + b) for a, b in zip(*[iter(batches(dataset, 10))] * 2)]
    first, second = (batches(dataset, 5, sampler=process(rank)) for rank in range(2))
    assert [set(a + b) for a, b in zip(first, second)] == one
    assert batches(dataset, 2, passed=3, sampler=process(1)) == second[3:]


def test_mmengines_sampler_without_workers(dataset):
    def order(passed=0):
        sampler = InfiniteSampler(dataset, seed=3)
        return [[path for path, _ in batch] for batch in batches(dataset, 10 - passed, 0, passed, sampler)]
    assert order(6) == order()[6:]


def test_where_only_reading_helps(dataset):
    """A data set without our draws has the random numbers of its worker."""
    def jumps(data, sampler):
        return jump(SimpleNamespace(num_workers=2, batch_size=2, dataset=data, sampler=sampler), 3)
    mixed = copy.copy(dataset)
    mixed.datasets = [dataset.datasets[0], range(3)]
    sampler = DrawSampler(dataset, seed=1)
    assert not jumps(dataset, InfiniteSampler(dataset, seed=1))
    assert not jumps(range(3), sampler) and not jumps(mixed, sampler) and sampler.passed == 0
    assert jumps(dataset, sampler) and sampler.passed == 6
