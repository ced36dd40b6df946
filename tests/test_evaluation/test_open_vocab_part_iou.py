"""The metric: keys and numbers of a hand-worked table, and its errors."""
import math

import numpy as np
import pytest
import torch
from metric_samples import (
    CLASSES,
    EXPECTED,
    IGNORE,
    TAXONOMY,
    hand_samples,
    random_samples,
    sample,
)
from mmengine.logging import MMLogger
from mmseg.registry import METRICS

from mmpartseg.evaluation import OpenVocabPartIoU, load_counts
from mmpartseg.taxonomy import PartTaxonomy


def make_metric(**options):
    return METRICS.build({'type': 'OpenVocabPartIoU', 'taxonomy': TAXONOMY,
                          'ignore_index': IGNORE, **options})


def evaluate(metric, samples):
    metric.process(None, samples)
    return metric.evaluate(len(samples))


@pytest.fixture
def log(monkeypatch):
    """What is logged."""
    lines = []
    logger = MMLogger.get_instance('test_open_vocab_part_iou')
    monkeypatch.setattr(MMLogger, 'get_current_instance', lambda: logger)
    monkeypatch.setattr(logger, 'log', lambda level, message: lines.append(message))
    return lines


def test_hand_worked_table():
    assert evaluate(make_metric(), hand_samples()) == pytest.approx(EXPECTED, abs=1e-12)


def test_class_table_and_summary(log):
    absent = PartTaxonomy([*CLASSES, "dog's eye"], ['dog'])
    samples = hand_samples()
    samples[1]['pred_sem_seg']['data'][0, 1, 0] = 5
    evaluate(make_metric(taxonomy=absent), samples)
    table, summary = (text.split('\n') for text in log[-2:])
    rows = [[cell.strip() for cell in line.split('|')[1:-1]] for line in table if '|' in line]
    assert rows[0] == ['class', 'set', 'IoU Pred-All', 'recall Pred-All', 'IoU Oracle-Obj',
                       'recall Oracle-Obj', 'pixels']
    assert rows[1] == ["cat's head", 'seen', '50.00', '66.67', '66.67', '66.67', '3']
    assert rows[5] == ["dog's eye", 'unseen', '-', '-', '-', '-', '0']
    rows = [line.replace('|', ' ').split() for line in summary if '|' in line]
    assert rows[1] == ['Pred-All', '50.00', '25.00', '33.33', '37.50', '2', '+', '2']
    assert rows[2] == ['Oracle-Obj', '58.33', '33.33', '42.42', '45.83', '2', '+', '2']


def test_means_over_found_classes_on_request(log):
    """PartCATSeg's averages leave the missed "dog's tail" out, beside the usual ones, and are called so."""
    scores = evaluate(make_metric(found_averages=True), hand_samples())
    found = {key: scores.pop(key) for key in list(scores) if 'found' in key}
    assert scores == pytest.approx(EXPECTED, abs=1e-12)
    assert found == pytest.approx({f'{protocol}/found_{key}': value for protocol, values in (
        ('pred_all', (50, 50, 50, 50, 2, 1)), ('oracle_obj', (175 / 3, 200 / 3, 560 / 9, 550 / 9, 2, 1)))
        for key, value in zip(('seen', 'unseen', 'harmonic', 'mean', 'num_classes_seen',
                               'num_classes_unseen'), values)}, abs=1e-12)
    assert '| Pred-All, classes with IoU > 0 only   | 50.00 |  50.00 |' in log[-1]
    assert 'found' not in log[-2]


def test_without_object_maps_one_line_says_so(log):
    scores = evaluate(make_metric(), hand_samples(oracle=False))
    assert scores == pytest.approx({k: v for k, v in EXPECTED.items() if 'pred_all' in k})
    assert sum('No Oracle-Obj scores' in line for line in log) == 1


def test_evaluate_starts_anew():
    metric = make_metric()
    evaluate(metric, random_samples(3))
    assert evaluate(metric, hand_samples()) == pytest.approx(EXPECTED, abs=1e-12)


def test_inputs_are_left_as_they_are():
    samples = hand_samples()
    evaluate(make_metric(boundary=True), samples)
    for before, after in zip(hand_samples(), samples):
        for key in ('gt_sem_seg', 'pred_sem_seg', 'pred_oracle_sem_seg'):
            assert torch.equal(before[key]['data'], after[key]['data'])


def test_nothing_annotated(log):
    scores = evaluate(make_metric(), [sample([[IGNORE, IGNORE]], [[0, 4]])])
    assert scores.pop('pred_all/num_classes_seen') == scores.pop('pred_all/num_classes_unseen') == 0
    assert len(scores) == 8 and all(math.isnan(value) for value in scores.values())
    assert '| Pred-All |    - |' in log[-1]


def test_no_unseen_class():
    scores = evaluate(make_metric(taxonomy=CLASSES), hand_samples())
    assert scores['pred_all/seen'] == scores['pred_all/mIoU'] == 37.5
    assert math.isnan(scores['pred_all/unseen']) and math.isnan(scores['pred_all/harmonic'])
    assert scores['pred_all/num_classes_unseen'] == 0


def test_boundary_scores():
    # A 9x9 image: its rim of one pixel is the boundary of a class that fills it.
    target, pred = np.zeros((9, 9), int), np.zeros((9, 9), int)
    pred[:, 0] = 1  # the boundary moves one column to the right
    scores = evaluate(make_metric(boundary=True), [sample(target, pred)])
    # annotated 32 pixels, predicted 30 (9x8 less 7x6), common 23 (32 less the column)
    assert scores['pred_all/boundary_seen'] == pytest.approx(100 * 23 / (32 + 30 - 23), abs=1e-12)
    assert math.isnan(scores['pred_all/boundary_unseen'])
    assert 'pred_all/boundary_seen' not in evaluate(make_metric(), [sample(target, pred)])


def test_prefix():
    scores = evaluate(make_metric(prefix='val'), hand_samples())
    assert scores['val/pred_all/seen'] == 50


def test_out_file(tmp_path):
    evaluate(make_metric(out_file=str(tmp_path / 'counts.npz'), boundary=True), hand_samples())
    counts, taxonomy = load_counts(tmp_path / 'counts.npz')
    assert taxonomy == PartTaxonomy.build(TAXONOMY)
    assert counts['pred_all/confusion'].tolist() == [
        [2, 0, 1, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0], [0, 0, 0, 1]]
    assert set(counts) == {f'{protocol}/{kind}' for protocol in ('pred_all', 'oracle_obj')
                           for kind in ('confusion', 'size_counts', 'object_size_counts',
                                        'boundary_confusion')}


def test_classes_of_the_data_set():
    metric = OpenVocabPartIoU(ignore_index=IGNORE)
    metric.dataset_meta = {'classes': CLASSES, 'taxonomy': TAXONOMY}
    assert metric.taxonomy == PartTaxonomy.build(TAXONOMY)
    assert evaluate(metric, hand_samples()) == pytest.approx(EXPECTED, abs=1e-12)


def test_data_set_with_other_classes_is_refused_before_any_image():
    with pytest.raises(ValueError, match='the data set has 3 classes and the metric 4; the first '
                                         'difference is id 1: "dog\'s head" and "cat\'s tail"'):
        make_metric().dataset_meta = {'classes': [CLASSES[0], *CLASSES[2:]]}


def test_own_taxonomy_serves_a_data_set_without_classes():
    metric = make_metric()
    metric.dataset_meta = {'palette': []}
    assert evaluate(metric, hand_samples()) == pytest.approx(EXPECTED, abs=1e-12)


def test_no_classes():
    metric = OpenVocabPartIoU()
    for action in (lambda: metric.process(None, hand_samples()), lambda: metric.evaluate(2)):
        with pytest.raises(ValueError, match='has no classes yet'):
            action()


def test_ignore_index_that_is_a_class():
    with pytest.raises(ValueError, match='ignore_index 2 is also the id of "dog\'s head"'):
        make_metric(ignore_index=2)


@pytest.mark.parametrize('change, message', [
    ({'pred': [[5, 0]]}, "image 'b.jpg': pred_sem_seg has ids from 0 to 5; expected 0 to 4"),
    ({'oracle': [[0, 9]]}, "'b.jpg': pred_oracle_sem_seg has ids from 0 to 9; expected 0 to 4"),
    ({'target': [[0, 4]]}, "'b.jpg': gt_sem_seg has ids from 0 to 4; expected 0 to 3"),
    ({'target': [[]], 'pred': [[]]}, r"'b.jpg': pred_sem_seg is \(1, 0\) .* \(H, W\) of one size"),
    ({'pred': [[0], [0]]}, r"'b.jpg': pred_sem_seg is \(2, 1\) and the annotation \(1, 2\)"),
])
def test_maps_that_do_not_fit(change, message):
    maps = {'target': [[0, IGNORE]], 'pred': [[0, 0]], 'oracle': [[0, 0]], **change}
    with pytest.raises(ValueError, match=message):
        make_metric().process(None, [sample(**maps, path='b.jpg')])


def test_model_with_other_classes():
    samples = hand_samples()
    samples[0]['classes'] = CLASSES
    make_metric().process(None, samples)
    samples[1]['classes'] = CLASSES[::-1]
    with pytest.raises(ValueError, match=r"the model, on image 'a\.jpg', has 4 classes .* id 0"):
        make_metric().process(None, samples)


@pytest.mark.parametrize('key', ['pred_sem_seg', 'gt_sem_seg'])
def test_missing_maps(key):
    samples = hand_samples()
    del samples[0][key]
    with pytest.raises(KeyError, match=f"image 'a.jpg': the sample has no {key}; it has"):
        make_metric().process(None, samples)
