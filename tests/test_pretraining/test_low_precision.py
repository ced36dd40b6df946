"""Pre-training in bfloat16: what the optimizer wrapper switches on."""
import pytest
import torch
from mmengine.optim import OptimWrapper
from mmseg.registry import OPTIM_WRAPPERS
from torch import nn

from mmpartseg.pretraining import low_precision


@pytest.mark.parametrize('supported', [False, True])
def test_autocast_where_the_processor_multiplies_it(monkeypatch, supported):
    monkeypatch.setattr(low_precision, 'cpu_multiplies_bfloat16', lambda: supported)
    model = nn.Linear(3, 2)
    wrapper = OPTIM_WRAPPERS.build(dict(type='BFloat16OptimWrapper', optimizer=torch.optim.SGD(
        model.parameters(), lr=0.1)))
    assert isinstance(wrapper, OptimWrapper)
    with wrapper.optim_context(model):
        loss = model(torch.ones(1, 3))
    assert loss.dtype == (torch.bfloat16 if supported else torch.float32)
    before = model.weight.clone()
    wrapper.update_params(loss.float().sum())
    assert model.weight.dtype == torch.float32
    assert not torch.equal(model.weight, before)
    assert not torch.is_autocast_enabled('cpu')


def test_the_wrapper_asks_of_cpus_alone():
    assert low_precision.multiplies_bfloat16('anything else')
