"""Differences of runs of equal seeds."""
from pathlib import Path

import pytest

from mmpartseg.evaluation.paired import paired_differences
from mmpartseg.evaluation.runs import Run


def runs(**scores):
    """Runs by seed, each of one score."""
    return [Run(Path(seed), 'kind', {}, int(seed[1:]), {'pred_all/seen': score})
            for seed, score in scores.items()]


def test_what_the_seed_decides_cancels():
    first, second = runs(s0=10., s1=20., s2=33., s7=1.), runs(s2=31., s1=19., s0=9., s5=50.)
    seeds, found = paired_differences(first, second, ['pred_all/seen', 'oracle_obj/seen'])
    assert seeds == [0, 1, 2] and list(found) == ['pred_all/seen']
    assert found['pred_all/seen'] == pytest.approx((4 / 3, 1 / 3))


@pytest.mark.parametrize('first, second, message', [
    (runs(s0=1.), runs(s1=1.), r"no seed is in both: \['0'\] and \['1'\]"),
    (runs(s0=1.) * 2, runs(s0=1.), r"more than one run of the same seed, 0: \['s0', 's0'\]"),
    ([runs(s0=1.)[0]._replace(seed=None)], [runs(s0=1.)[0]._replace(seed=None)], 'no seed is in both')])
def test_what_cannot_be_paired(first, second, message):
    with pytest.raises(ValueError, match=message):
        paired_differences(first, second, ['pred_all/seen'])
