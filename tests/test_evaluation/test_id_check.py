"""Id checks at once on the CPU, in groups elsewhere."""
from types import SimpleNamespace

import pytest
import torch

from mmpartseg.evaluation.id_check import IdCheck


def on_accelerator(*ids):
    """What IdCheck needs of a map on a device whose values are costly to read."""
    return SimpleNamespace(device=SimpleNamespace(type='accelerator'),
                           aminmax=torch.tensor(ids).aminmax)


def test_cpu_maps_are_checked_at_once():
    check = IdCheck()
    check.add('a.jpg', torch.tensor([[0, 3]]), 3)
    with pytest.raises(ValueError, match='b.jpg has ids from 0 to 4; expected 0 to 3'):
        check.add('b.jpg', torch.tensor([[0, 4]]), 3)


def test_accelerator_maps_are_checked_in_groups():
    check = IdCheck(group=3)
    check.add('a.jpg', on_accelerator(0, 1), 3)
    check.add('b.jpg', on_accelerator(-1, 1), 3)
    with pytest.raises(ValueError, match='b.jpg has ids from -1 to 1'):
        check.add('c.jpg', on_accelerator(0, 9), 3)
    check.flush()


def test_flush_checks_the_rest():
    check = IdCheck()
    check.add('a.jpg', on_accelerator(0, 9), 3)
    with pytest.raises(ValueError, match='a.jpg has ids from 0 to 9'):
        check.flush()
