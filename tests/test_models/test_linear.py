"""Linear layers as convolutions: the same numbers and gradients."""
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from mmpartseg.models.layers import linear as module
from mmpartseg.models.layers.linear import Linear, linear, use_linear


def inputs(*shape):
    generator = torch.Generator().manual_seed(0)
    return [torch.randn(each, generator=generator).requires_grad_() for each in (
        (*shape, 5), (7, 5), (7,))]


@pytest.fixture
def convolutions(monkeypatch):
    """Shapes that went through a convolution."""
    shapes, conv2d = [], F.conv2d
    monkeypatch.setattr(
        module.F, 'conv2d', lambda x, *args: shapes.append(tuple(x.shape)) or conv2d(x, *args))
    return shapes


@pytest.mark.parametrize('shape', [(16, 16), (3, 103), (1, 2, 8, 25)])
@pytest.mark.parametrize('with_bias', [True, False])
def test_same_as_a_product(shape, with_bias, convolutions):
    found, expected = [], []
    for function, results in ((linear, found), (F.linear, expected)):
        arguments = inputs(*shape)[:2 + with_bias]
        out = function(*arguments)
        (out**2).sum().backward()
        results += [out, *(x.grad for x in arguments)]
    for ours, theirs in zip(found, expected):
        torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=1e-5)
    assert len(convolutions) == 1 and convolutions[0][0] == 16


def test_parts_of_a_weight_and_views(convolutions):
    x, weight, _ = inputs(30, 20)
    torch.testing.assert_close(linear(x.transpose(0, 1)[..., :3], weight[:, 2:]),
                               F.linear(x.transpose(0, 1)[..., :3], weight[:, 2:]))
    assert len(convolutions) == 1


@pytest.mark.parametrize('x', [
    torch.randn(15, 5), torch.randn(0, 5), torch.randn(300, 5, dtype=torch.float64)])
def test_what_stays_a_product(x, convolutions):
    weight = torch.randn(7, 5, dtype=x.dtype)
    assert torch.equal(linear(x, weight), F.linear(x, weight))
    assert not convolutions


def test_reduced_precision_stays_a_product(convolutions):
    x, weight, bias = inputs(300)
    with torch.autocast('cpu', torch.bfloat16):
        assert linear(x, weight, bias).dtype == torch.bfloat16
    assert not convolutions


def test_layers_of_another_module(convolutions):
    other = nn.Sequential(nn.Linear(5, 7), nn.ReLU(), nn.MultiheadAttention(4, 2))
    names = list(other.state_dict())
    assert use_linear(other) is other
    assert type(other[0]) is Linear and list(other.state_dict()) == names
    assert type(other[2].out_proj) is not Linear  # attention reads its weight
    x = inputs(300)[0]
    torch.testing.assert_close(other[0](x), F.linear(x, other[0].weight, other[0].bias))
    assert len(convolutions) == 1
