"""The tests' own switch to another device, with one that has no memory."""
import os

import pytest
import torch
from torch import nn

from tests.device import VARIABLE, CreatedOn, use_test_device

pytestmark = pytest.mark.skipif(VARIABLE in os.environ, reason='it is about being switched off, too')


@pytest.mark.parametrize('make', [
    lambda: torch.zeros(2), lambda: torch.tensor([1, 2]), lambda: torch.as_tensor([1.]),
    lambda: torch.randn(2, generator=torch.Generator().manual_seed(0)), lambda: torch.arange(3) % 2,
    lambda: nn.Linear(2, 2).weight])
def test_new_tensors_lie_there(make):
    with CreatedOn('meta'):
        assert make().device.type == 'meta'
    assert make().device.type == 'cpu'


def test_what_is_asked_for_elsewhere_stays():
    with CreatedOn('meta'):
        here = torch.zeros(2, device='cpu')
        assert here.device.type == torch.as_tensor(here).device.type == 'cpu'


def test_the_numbers_are_those_of_the_cpu_and_leaves_stay_leaves():
    with CreatedOn('cpu'):
        found = torch.manual_seed(0) and torch.randn(3, requires_grad=True)
    torch.manual_seed(0)
    assert torch.equal(found, torch.randn(3)) and found.is_leaf and found.requires_grad


def test_the_variable_switches_a_session(monkeypatch):
    monkeypatch.setattr(torch.backends.cudnn, 'allow_tf32', True)
    monkeypatch.delenv(VARIABLE, raising=False)
    assert use_test_device() is None and torch.backends.cudnn.allow_tf32
    monkeypatch.setenv(VARIABLE, 'meta')
    mode = use_test_device()
    try:
        assert torch.zeros(1).device.type == 'meta' and not torch.backends.cudnn.allow_tf32
    finally:
        mode.__exit__(None, None, None)
