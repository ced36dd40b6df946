"""Scores are of every picture, once; where they are not, it is said."""
import pytest
from metric_samples import TAXONOMY, random_samples

from mmpartseg.evaluation import OpenVocabPartIoU, sample_names


@pytest.fixture
def said(monkeypatch):
    lines = []
    monkeypatch.setattr(sample_names, 'print_log', lambda text, *args: lines.append(text))
    return lines


def evaluate(samples, size):
    metric = OpenVocabPartIoU(taxonomy=TAXONOMY, ignore_index=200)
    metric.process(None, samples)
    return metric.evaluate(size)


def test_fewer_and_more_are_refused(said):
    one, *_ = samples = random_samples(12)
    with pytest.raises(ValueError, match='1 sample counted for a data set of 10'):
        evaluate([one], 10)
    with pytest.raises(ValueError, match='12 samples counted for a data set of 10'):
        evaluate(samples, 10)
    evaluate(samples, 12)
    assert not said


def test_one_picture_many_times_is_said(said):
    one, two, *_ = random_samples(2)
    evaluate([one] * 51 + [two], 52)
    assert said == ['52 samples were scored, of only 2 pictures: 1 came more than once, 0.jpg 51 times. The '
                    'scores count them as often; list each picture once']


def test_every_object_of_a_picture_is_a_sample(said):
    one, = random_samples(1)
    evaluate([dict(one, object_id=0), dict(one, object_id=1)], 2)
    evaluate([{key: value for key, value in one.items() if key != 'img_path'}] * 2, 2)  # says no name
    assert not said
