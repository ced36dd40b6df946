"""Blocks of classes do not change what a head of one stage says or learns."""
import pytest
import torch

from mmpartseg.models.layers.cost import blocks
from tests.every_head import build, images, predicted, sample
from tests.tiny import SEEN
from tests.tiny_cost import VARIANTS


@pytest.mark.parametrize('variant', list(VARIANTS))
def test_blocks_do_not_change_the_result(variant, monkeypatch):
    model = build(variant)
    expected = predicted(model)[0]
    calls = []
    monkeypatch.setattr(blocks, 'BLOCK_BYTES', {'cpu': 1})  # a class, or a place, at a time
    whole = torch.Tensor.split
    monkeypatch.setattr(torch.Tensor, 'split', lambda x, *args, **kwargs: calls.append(args) or whole(
        x, *args, **kwargs))
    actual = predicted(model)[0]
    assert calls
    torch.testing.assert_close(actual, expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize('variant', list(VARIANTS))
def test_blocks_do_not_change_the_gradient(variant, monkeypatch):
    model, batch = build(variant).train(), [sample(SEEN, 0), sample(SEEN, 1)]
    gradients = []
    for budget in (2**30, 1):
        monkeypatch.setattr(blocks, 'BLOCK_BYTES', {'cpu': budget})
        model.zero_grad()
        sum(model.loss(images(), batch).values()).backward()
        gradients.append(torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None]))
    whole, parts = gradients
    assert not torch.equal(whole, parts)  # added up in another order
    torch.testing.assert_close(parts, whole, atol=1e-4 * whole.abs().max().item(), rtol=0)
