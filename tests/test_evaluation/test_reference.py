"""Equal to the released implementation, from its label maps to its counts and scores.

Reads every ``head_*.npz`` in the folder that MMPARTSEG_REFERENCE names, by default
tests/data/reference.
"""
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from metric_samples import sample

from mmpartseg.evaluation import (
    OpenVocabPartIoU,
    class_iou,
    class_recall,
    confusion_matrix,
    load_counts,
    mean_scores,
    released_boundary_map,
)
from mmpartseg.taxonomy import PartTaxonomy
from tests.keyed_weights import read_arrays

IGNORE = 255
DEFAULT = Path(__file__).parents[1] / 'data' / 'reference'
FOLDER = Path(os.environ.get('MMPARTSEG_REFERENCE', DEFAULT))
FILES = sorted(FOLDER.glob('head_*.npz'))
PROTOCOLS = ['pred_all', 'oracle_obj']


def test_there_are_reference_files():
    assert FILES, 'no head_*.npz; see MMPARTSEG_REFERENCE'


class Reference:
    """One file: its classes, its label maps, and what the released evaluator made of them."""

    def __init__(self, path):
        self.data = read_arrays(path)
        names = self.data['test/object_part_classes'].tolist()
        objects = PartTaxonomy(names).objects
        unseen = set(objects) - set(self.data['train/object_classes'].tolist())
        self.taxonomy = PartTaxonomy(names, unseen)
        self.images = sorted({int(k.split('/')[1]) for k in self.data if k.startswith('test/')
                              and k.split('/')[1].isdigit()})

    def __getitem__(self, key):
        return self.data[key]

    def maps(self, image):
        """(H, W) annotation, object annotation, Pred-All and Oracle-Obj labels."""
        parts, objects = self[f'test/{image}/gt_part'], self[f'test/{image}/gt_object']
        oracle = np.full_like(parts, len(self.taxonomy))
        for _, key in self.oracle_runs(image):
            oracle = np.where(objects == int(key.rsplit('/')[-1]), self[key], oracle)
        return parts, objects, self[f'test/{image}/pred_all_label_map'], oracle

    def oracle_runs(self, image):
        """(object id, key of its label map) of each run of the released evaluator."""
        prefix = f'test/{image}/oracle_label_map/'
        return [(int(k[len(prefix):]), k) for k in self.data if k.startswith(prefix)]


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def reference(request):
    return Reference(request.param)


@pytest.fixture
def metric(reference):
    metric = OpenVocabPartIoU(reference.taxonomy, ignore_index=IGNORE)
    for image in reference.images:
        target, _, pred, oracle = reference.maps(image)
        metric.process(None, [sample(target, pred, oracle)])
    return metric


def test_unseen_classes_are_recognised(reference):
    assert 0 < sum(reference.taxonomy.is_seen) < len(reference.taxonomy)


@pytest.mark.parametrize('protocol', PROTOCOLS)
def test_counts_are_equal(reference, metric, tmp_path, protocol):
    num_classes = len(reference.taxonomy)
    released = reference[f'metric/{protocol}/confusion_pred_by_gt'][:, :num_classes]
    total = 0
    for image in reference.images:
        target, _, pred, oracle = map(torch.from_numpy, reference.maps(image))
        labels = pred if protocol == 'pred_all' else oracle
        total = total + confusion_matrix(labels, target, num_classes, IGNORE).numpy()
    np.testing.assert_array_equal(total, released)
    metric.out_file = tmp_path / 'counts.npz'
    metric.evaluate(len(reference.images))
    counts, _ = load_counts(metric.out_file)
    np.testing.assert_array_equal(counts[f'{protocol}/confusion'], released)


@pytest.mark.parametrize('protocol', PROTOCOLS)
def test_scores_are_equal(reference, metric, protocol):
    scores = metric.evaluate(len(reference.images))
    released = {'seen': 'mIoU-base', 'unseen': 'mIoU-unbase', 'harmonic': 'h-IoU',
                'recall_seen': 'mRecall-base', 'recall_unseen': 'mRecall-unbase',
                'recall_harmonic': 'h-Recall'}
    for key, name in released.items():
        expected = reference[f'metric/{protocol}/{name}']
        assert scores[f'{protocol}/{key}'] == pytest.approx(expected, abs=1e-9), key


@pytest.mark.parametrize('protocol', PROTOCOLS)
def test_class_iou_is_equal_where_the_class_is_annotated(reference, protocol):
    counts = reference[f'metric/{protocol}/confusion_pred_by_gt'][:, :len(reference.taxonomy)]
    released = np.array([reference[f'metric/{protocol}/IoU/{name}']
                         for name in reference.taxonomy.object_parts])
    annotated = counts.sum(axis=0) > 0
    np.testing.assert_allclose(class_iou(counts)[annotated], released[annotated], atol=1e-9, rtol=0)
    assert np.isnan(class_iou(counts)[~annotated]).all()
    assert (np.isnan(released) | (released == 0))[~annotated].all()
    recall = mean_scores(class_recall(counts), reference.taxonomy.is_seen)
    assert recall['seen'] == pytest.approx(reference[f'metric/{protocol}/mRecall-base'], abs=1e-9)


def released_boundary_counts(reference, protocol):
    """Counts as the released evaluator makes them: one run for each (image, object)."""
    side, total = len(reference.taxonomy) + 1, 0
    for image in reference.images:
        parts, objects, pred_all, _ = reference.maps(image)
        for object_id, key in reference.oracle_runs(image):
            pred = pred_all if protocol == 'pred_all' else reference[key]
            inside = (objects == object_id) & (parts != IGNORE)
            target = np.where(inside, parts, side - 1)
            pred = np.where(inside, pred, side - 1)
            edges = [released_boundary_map(torch.from_numpy(m)) for m in (pred, target)]
            # Every pixel counts here, so background is one more class and nothing is ignored.
            total = total + confusion_matrix(*edges, side, IGNORE).numpy()[:-1]
    return total


@pytest.mark.parametrize('protocol', PROTOCOLS)
def test_released_boundary_iou_is_equal(reference, protocol):
    counts = released_boundary_counts(reference, protocol)
    np.testing.assert_array_equal(
        counts, reference[f'metric/{protocol}/boundary_confusion_pred_by_gt'])
    is_seen = np.array(reference.taxonomy.is_seen)
    if protocol == 'oracle_obj':  # there the released code drops background first
        counts[-1], counts[:, -1] = 0, 0
    iou = np.diagonal(counts) / np.maximum(counts.sum(0) + counts.sum(1) - np.diagonal(counts), 1)
    np.testing.assert_allclose(np.nan_to_num(class_iou(counts)), 100 * iou[:-1], atol=1e-9)
    present = counts.sum(0) + counts.sum(1) > 0  # absent but predicted classes count as 0
    for name, subset in (('base', np.append(is_seen, False)),
                         ('unbase', np.append(~is_seen, True))):
        expected = reference[f'metric/{protocol}/Boundary-mIoU-{name}']
        assert 100 * iou[subset & present].mean() == pytest.approx(expected, abs=1e-9), name
