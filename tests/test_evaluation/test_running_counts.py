"""Counts of both protocols: equal to slow loops, of constant size, the same over any ranks."""
import os

import numpy as np
import pytest
import torch
from metric_samples import CLASSES, IGNORE, TAXONOMY, random_samples
from mmengine.dataset import DefaultSampler
from torch.utils._python_dispatch import TorchDispatchMode

from mmpartseg.engine import end_launch
from mmpartseg.evaluation import OpenVocabPartIoU, boundary_map
from mmpartseg.evaluation.running_counts import RunningCounts
from mmpartseg.taxonomy import PartTaxonomy
from tests.runs import in_child, two

NUM_CLASSES = len(CLASSES)


def columns_and_maps(sample):
    maps = [sample[key]['data'][0] for key in ('gt_sem_seg', 'pred_sem_seg', 'pred_oracle_sem_seg')]
    return maps[0].masked_fill(maps[0] == IGNORE, NUM_CLASSES), maps[1], maps[2]


def count(samples, boundary=False):
    counts = RunningCounts(PartTaxonomy.build(TAXONOMY), boundary)
    for sample in samples:
        counts.add(*columns_and_maps(sample))
    return counts


def slow_size_bin(target, label):
    objects = [name.split("'")[0] for name in CLASSES]
    own = [i for i in range(NUM_CLASSES) if objects[i] == objects[label]]
    share = (target == label).sum() / np.isin(target, own).sum()
    return 0 if share < 0.05 else 1 if share < 0.25 else 2


def slow_object_bin(target, label):
    objects = [name.split("'")[0] for name in CLASSES]
    own = [i for i in range(NUM_CLASSES) if objects[i] == objects[label]]
    share = np.isin(target, own).mean()
    return 0 if share < 0.1 else 1 if share < 0.25 else 2


def test_both_protocols_equal_a_loop():
    samples = random_samples(6)
    confusion = np.zeros((2, NUM_CLASSES + 1, NUM_CLASSES), np.int64)
    sizes, objects = np.zeros((2, 2, 3, 3, NUM_CLASSES), np.int64)
    for sample in samples:
        target, *maps = (m.numpy() for m in columns_and_maps(sample))
        known = target < NUM_CLASSES
        for protocol, labels in enumerate(maps):
            np.add.at(confusion[protocol], (labels[known], target[known]), 1)
            for label in np.unique(target[known]):
                hit, wanted = (labels == label) & (target == label), target == label
                for bins, bin_of in ((sizes, slow_size_bin), (objects, slow_object_bin)):
                    bins[protocol, bin_of(target, label), :, label] += [
                        hit.sum(), wanted.sum(), ((labels == label) & known).sum()]
    assert all(sizes.sum(axis=(0, 2, 3))[1:]) and objects.any()
    arrays = count(samples).reduce(6)
    for index, name in enumerate(('pred_all', 'oracle_obj')):
        np.testing.assert_array_equal(arrays[f'{name}/confusion'], confusion[index])
        np.testing.assert_array_equal(arrays[f'{name}/size_counts'], sizes[index])
        np.testing.assert_array_equal(arrays[f'{name}/object_size_counts'], objects[index])


def test_boundary_counts_equal_a_loop():
    samples = random_samples(3)
    expected = np.zeros((2, NUM_CLASSES + 1, NUM_CLASSES + 1), np.int64)
    for sample in samples:
        target, *maps = columns_and_maps(sample)
        edge = boundary_map(target, NUM_CLASSES)
        for protocol, labels in enumerate(maps):
            inside = labels.masked_fill(target == NUM_CLASSES, NUM_CLASSES)
            np.add.at(expected[protocol], (boundary_map(inside, NUM_CLASSES), edge), 1)
    arrays = count(samples, boundary=True).reduce(3)
    np.testing.assert_array_equal(arrays['pred_all/boundary_confusion'], expected[0])
    np.testing.assert_array_equal(arrays['oracle_obj/boundary_confusion'], expected[1])
    plain = count(samples).reduce(3)
    np.testing.assert_array_equal(arrays['pred_all/confusion'], plain['pred_all/confusion'])


def state_elements(value):
    if isinstance(value, dict):
        return sum(map(state_elements, value.values()))
    return value.numel() if isinstance(value, torch.Tensor) else 1


def test_state_does_not_grow_with_the_number_of_images():
    images = random_samples(20)
    assert state_elements(vars(count(images[:1]))) == state_elements(vars(count(images)))


class OperatorLog(TorchDispatchMode):
    """Names of the operators that run."""

    def __init__(self):
        super().__init__()
        self.names = set()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.names.add(func.overloadpacket.__name__)
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize('boundary', [False, True])
def test_counting_never_reads_a_value_back(boundary):
    # These operators make an accelerator wait: their result has a shape or value the host needs.
    maps = columns_and_maps(random_samples(1)[0])
    counts = RunningCounts(PartTaxonomy.build(TAXONOMY), boundary)
    with OperatorLog() as log:
        counts.add(*maps)
    assert 'index_add_' in log.names
    assert not log.names & {'_local_scalar_dense', 'nonzero', 'masked_select', 'bincount', 'unique'}


def test_only_some_samples_with_an_object_map():
    samples = random_samples(2)
    counts = count(samples[:1])
    counts.add(*columns_and_maps(samples[1])[:2])
    with pytest.raises(ValueError, match='only some samples have pred_oracle_sem_seg'):
        counts.reduce(2)


def test_more_samples_than_images():
    with pytest.raises(ValueError, match='4 samples counted for a data set of 1'):
        count(random_samples(4)).reduce(1)
    with pytest.raises(ValueError, match='2 samples counted for a data set of 1'):
        count(random_samples(2)).reduce(1)  # in one process nothing fills up


def test_size_unknown():
    samples = random_samples(3)
    np.testing.assert_array_equal(count(samples).reduce(-1)['pred_all/confusion'],
                                  count(samples).reduce(3)['pred_all/confusion'])


CASES = [(size, round_up, shuffle) for size in (1, 2, 5) for round_up in (True, False)
         for shuffle in (True, False)]


def evaluate_case(size, round_up, shuffle):
    samples = random_samples(size)
    metric = OpenVocabPartIoU(TAXONOMY, ignore_index=IGNORE, boundary=True)
    for index in DefaultSampler(samples, shuffle=shuffle, seed=3, round_up=round_up):
        metric.process(None, [samples[index]])
    return metric.evaluate(size)


def run_rank(folder):
    torch.distributed.init_process_group('gloo')
    torch.save([evaluate_case(*case) for case in CASES], folder / f'{os.environ["RANK"]}.pt')
    end_launch()


def test_two_processes_give_what_one_gives(tmp_path):
    assert in_child(run_rank, tmp_path, environments=two(6000)) == [0, 0]
    ranks = [torch.load(tmp_path / f'{rank}.pt') for rank in range(2)]
    for case, *found in zip(CASES, *ranks):
        expected = evaluate_case(*case)
        for scores in found:
            np.testing.assert_equal(scores, expected, err_msg=f'size, round_up, shuffle: {case}')
