"""The metric from label maps to scores, against loops over classes and pixels, on random cases."""
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metric_samples import sample

from mmpartseg.evaluation import OpenVocabPartIoU

IGNORE = 255


@st.composite
def cases(draw):
    """A vocabulary with unseen objects, and one to three annotated images with predictions."""
    objects = draw(st.integers(1, 3))
    names = [f"o{o}'s p{p}" for o in range(objects) for p in range(draw(st.integers(1, 2)))]
    unseen = draw(st.sets(st.integers(0, objects - 1)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    images = []
    for _ in range(draw(st.integers(1, 3))):
        size = tuple(rng.integers(1, 5, 2))
        target = rng.choice([*range(len(names)), IGNORE], size)
        images.append((target, *rng.integers(0, len(names) + 1, (2, *size))))
    return names, [f'o{o}' for o in unseen], images


def slow_scores(names, unseen, pairs):
    """Seen, unseen, harmonic and mIoU in percent by the definition, pixel by pixel."""
    hits, union = [0] * len(names), [0] * len(names)
    annotated = [0] * len(names)
    for target, pred in pairs:
        for true, said in zip(target.flat, pred.flat):
            for k in range(len(names)):
                hits[k] += true == k == said
                annotated[k] += true == k
                union[k] += true != IGNORE and (true == k or said == k)
    iou = {k: 100 * hits[k] / union[k] for k in range(len(names)) if annotated[k]}

    def mean(values):
        values = list(values)
        return sum(values) / len(values) if values else math.nan
    is_unseen = [name.split("'")[0] in unseen for name in names]
    seen_mean = mean(v for k, v in iou.items() if not is_unseen[k])
    unseen_mean = mean(v for k, v in iou.items() if is_unseen[k])
    total = seen_mean + unseen_mean
    return {'seen': seen_mean, 'unseen': unseen_mean, 'mIoU': mean(iou.values()),
            'harmonic': 2 * seen_mean * unseen_mean / total if total else 0.}


@settings(max_examples=60, deadline=None)
@given(cases())
def test_equals_loops(case):
    names, unseen, images = case
    metric = OpenVocabPartIoU(dict(object_parts=names, unseen_objects=unseen), ignore_index=IGNORE)
    metric.process({}, [sample(*maps, path=f'{i}.jpg') for i, maps in enumerate(images)])
    found = metric.evaluate(len(images))
    for column, protocol in enumerate(('pred_all', 'oracle_obj'), 1):
        expected = slow_scores(names, unseen, [(maps[0], maps[column]) for maps in images])
        got = {key: found[f'{protocol}/{key}'] for key in expected}
        assert got == pytest.approx(expected, abs=1e-9, nan_ok=True)
