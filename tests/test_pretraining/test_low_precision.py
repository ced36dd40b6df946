"""Pre-training in bfloat16: what the optimizer wrapper switches on, and attention under it."""
import pytest
import torch
import torch.nn.functional as F
from mmengine.optim import OptimWrapper
from mmseg.registry import OPTIM_WRAPPERS
from torch import nn

from mmpartseg.models.layers.linear import SelfAttention
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


@pytest.mark.parametrize('masked', [False, True])
def test_attention_with_gradients_in_bfloat16(masked):
    """Two products and a softmax are the fused kernel's result and gradients, up to rounding."""
    torch.manual_seed(0)
    layer = SelfAttention(16, 2, batch_first=True)
    mask = torch.full((5, 5), float('-inf')).triu(1) if masked else None
    x = torch.randn(3, 5, 16, requires_grad=True)
    expected = layer(x, x, x, need_weights=False, attn_mask=mask)[0]
    weight = torch.randn_like(expected)
    expected_grad, = torch.autograd.grad((expected * weight).sum(), x)
    with torch.autocast('cpu', torch.bfloat16):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(F, 'scaled_dot_product_attention', None)  # not called
            actual = layer(x, x, x, need_weights=False, attn_mask=mask)[0]
    grad, = torch.autograd.grad((actual.float() * weight).sum(), x)
    assert actual.dtype == torch.bfloat16
    torch.testing.assert_close(actual.float(), expected, atol=0.03, rtol=0.03)
    torch.testing.assert_close(grad, expected_grad, atol=0.1, rtol=0.05)
