"""Means of PartCATSeg's and of OV-PARTS' evaluator, against what they gave."""
import numpy as np
import pytest
from metric_samples import TAXONOMY, sample
from mmengine.config import Config

from mmpartseg.evaluation import OpenVocabPartIoU, class_iou, found_only, mean_scores, predicted_too
from mmpartseg.evaluation.report import summary_table
from tests.keyed_weights import read_arrays, reference_files
from tests.shipped_configs import ROOT

PROTOCOLS = ('pred_all', 'oracle_obj')


def arrays_of_part_cat_seg():
    """A file of CATSeg's or PartCATSeg's toy arrays, and the prefix of those with a metric."""
    found = [(path, prefix) for pattern, prefix in (('partcatseg_*.npz', ''), ('catseg_*.npz', 'ovparts/'))
             for path in reference_files(pattern)]
    return [pytest.param(*each, id=each[0].stem) for each in found]


@pytest.mark.parametrize('path, prefix', arrays_of_part_cat_seg())
@pytest.mark.parametrize('protocol', PROTOCOLS)
@pytest.mark.parametrize('matrix', ['metric/confusion/{}', 'metric_rule/confusion'])
def test_averages_of_part_cat_seg(path, prefix, protocol, matrix):
    """Its Seen and Unseen are means over the classes with IoU > 0; in Oracle-Obj it drops the background."""
    with read_arrays(path) as file:
        data = {name.removeprefix(prefix): file[name] for name in file.files if name.startswith(prefix)}
    names, seen = (data[f'names/{split}_classes'].tolist() for split in ('test', 'train'))
    counts = data[matrix.format(protocol)]
    if protocol == 'oracle_obj':
        counts = without_background(counts)
    scores = mean_scores(found_only(class_iou(counts)), [name in seen for name in names])
    check_means(scores, data, f'{matrix.split("/")[0]}/{protocol}')


def check_means(scores, data, folder):
    """Seen, Unseen and Harmonic are the stored ones; of no class there is none."""
    for ours, theirs in (('seen', 'mIoU-base'), ('unseen', 'mIoU-unbase'), ('harmonic', 'h-IoU')):
        stored = data[f'{folder}/{theirs}']
        assert scores[ours] == pytest.approx(float(stored), abs=1e-9, nan_ok=True), ours


@pytest.mark.parametrize('path', reference_files('catseg_*.npz'))
@pytest.mark.parametrize('matrix', ['metric/confusion/oracle_obj', 'metric_rule/confusion'])
def test_averages_of_ov_parts(path, matrix):
    """Its sums over annotated classes are divided by the number of annotated or predicted ones."""
    with read_arrays(path) as file:
        data = {name.removeprefix('ovparts/'): file[name] for name in file.files if 'ovparts/' in name}
    names, seen = (data[f'names/{split}_classes'].tolist() for split in ('test', 'train'))
    counts = without_background(data[matrix])
    values = predicted_too(class_iou(counts), counts)
    scores = mean_scores(values, [name in seen for name in names])
    folder = f'{matrix.split("/")[0]}/ovparts_evaluator'
    check_means(scores, data, folder)
    assert scores['mean'] == pytest.approx(float(data[f'{folder}/mIoU']), abs=1e-9)
    if matrix.startswith('metric_rule') and path.stem == 'catseg_0':
        assert (round(scores['seen'], 2), round(scores['unseen'], 2)) == (7.53, 3.61)
        assert [round(mean_scores(found_only(values), [name in seen for name in names])[each], 2)
                for each in ('seen', 'unseen')] == [10.05, 10.82]


def without_background(counts):
    """Counts without row and column of the background, in the form of ours, with none predicted."""
    return np.vstack([counts[:-1, :-1], np.zeros_like(counts[:1, :-1])])


def test_means_of_ov_parts_beside_the_usual_ones():
    """The seen "cat's tail" is annotated nowhere and predicted once, the unseen "dog's tail" neither."""
    metric = OpenVocabPartIoU(TAXONOMY, predicted_averages=True)
    metric.process({}, [sample([[0, 0, 2, 2]], [[0, 1, 2, 2]])])
    scores = metric.evaluate(1)
    plain = {key: scores[f'pred_all/{key}'] for key in ('seen', 'unseen', 'harmonic', 'mIoU')}
    assert plain == pytest.approx(dict(seen=50, unseen=100, harmonic=200 / 3, mIoU=75))
    theirs = {key: scores[f'pred_all/predicted_{key}'] for key in ('seen', 'unseen', 'harmonic', 'mean')}
    assert theirs == pytest.approx(dict(seen=25, unseen=100, harmonic=40, mean=50))
    assert [scores[f'pred_all/{prefix}num_classes_{split}'] for prefix in ('', 'predicted_')
            for split in ('seen', 'unseen')] == [1, 1, 2, 1]
    line = '| Pred-All, classes predicted but not annotated as 0 | 25.00 | 100.00 |    40.00 |'
    assert line in summary_table(scores)
    assert not any('predicted_' in key for key in OpenVocabPartIoU(TAXONOMY).compute_metrics(
        {'pred_all/confusion': np.ones((5, 4), int)}))


@pytest.mark.parametrize('family, asked_for', [
    ('catseg', dict(predicted_averages=True)), ('zsseg', dict(predicted_averages=True)),
    ('partcatseg', dict(found_averages=True))])
def test_in_configs_for_released_weights(family, asked_for):
    for path in (ROOT / 'configs' / family).glob('*.py'):
        cfg = Config.fromfile(path)
        for evaluators in (cfg.test_evaluator, cfg.val_evaluator):
            for each in evaluators if isinstance(evaluators, list) else [evaluators or {}]:
                found = {key: value for key, value in each.items() if key.endswith('_averages')}
                assert found == (asked_for if path.stem.startswith('released_') else {}), path
