"""Linear layers and attention through oneDNN: the same numbers and gradients."""
import copy
import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from mmpartseg.models.layers import linear as module
from mmpartseg.models.layers.blockwise_mlp import blockwise_mlp
from mmpartseg.models.layers.linear import Linear, SelfAttention, linear, use_linear


def inputs(*shape):
    generator = torch.Generator().manual_seed(0)
    return [torch.randn(each, generator=generator).requires_grad_() for each in (
        (*shape, 5), (7, 5), (7,))]


@pytest.fixture
def products(monkeypatch):
    """Shapes that went to oneDNN."""
    shapes, onednn = [], module.onednn
    monkeypatch.setattr(
        module, 'onednn', lambda x, *args: shapes.append(tuple(x.shape)) or onednn(x, *args))
    return shapes


@pytest.mark.parametrize('shape', [(16, 16), (3, 103), (1, 2, 8, 25)])
@pytest.mark.parametrize('with_bias', [True, False])
def test_same_as_a_product(shape, with_bias, products):
    found, expected = [], []
    for function, results in ((linear, found), (F.linear, expected)):
        arguments = inputs(*shape)[:2 + with_bias]
        out = function(*arguments)
        (out**2).sum().backward()
        results += [out, *(x.grad for x in arguments)]
    for ours, theirs in zip(found, expected):
        torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=1e-5)
    rows = math.prod(shape)
    assert products == [(rows, 5), (rows, 7)]  # forward, and the gradient of x


@pytest.mark.parametrize('rows', [4, 150, 301])
def test_gradient_of_a_wide_weight(rows, products, monkeypatch):
    """Through oneDNN too, some rows at a time; that of a narrow one stays a product."""
    monkeypatch.setattr(module, 'BLOCK', 100)
    grad, x, narrow = torch.randn(rows, 256), torch.randn(rows, 256), torch.randn(rows, 255)
    torch.testing.assert_close(module.weight_gradient(grad, x), grad.T @ x, atol=1e-4, rtol=1e-5)
    sizes = [len(block) for block in x.split(100)]
    assert products == [(256, size) for size in sizes]
    assert torch.equal(module.weight_gradient(grad, narrow), grad.T @ narrow)
    assert len(products) == len(sizes)


def test_a_wide_layer_trains_with_it(products):
    x, weight = torch.randn(200, 256), torch.randn(256, 256).requires_grad_()
    linear(x, weight).sum().backward()
    assert products == [(200, 256), (256, 200)]
    torch.testing.assert_close(weight.grad, x.sum(0).expand(256, -1), atol=1e-4, rtol=1e-5)


def test_of_a_frozen_layer_nothing_is_kept_but_its_weight():
    x, weight, bias = inputs(200)
    kept = []
    with torch.autograd.graph.saved_tensors_hooks(lambda x: kept.append(x.shape) or x, lambda x: x):
        for trained in (True, False):
            kept.clear()
            out = linear(x, weight.detach().requires_grad_(trained), bias)
            assert kept == [(200, 5)] * trained + [(7, 5)]
    out.sum().backward()
    torch.testing.assert_close(x.grad, weight.detach().sum(0).expand(200, -1))


def test_parts_of_a_weight_and_views(products):
    x, weight, _ = inputs(30, 20)
    torch.testing.assert_close(linear(x.transpose(0, 1)[..., :3], weight[:, 2:]),
                               F.linear(x.transpose(0, 1)[..., :3], weight[:, 2:]))
    torch.testing.assert_close(linear(x, weight, x[0, 0, :1].expand(7)),
                               F.linear(x, weight, x[0, 0, :1].expand(7)))
    assert len(products) == 2


@pytest.mark.parametrize('x', [
    torch.randn(15, 5), torch.randn(0, 5), torch.randn(300, 5, dtype=torch.float64)])
def test_what_stays_a_product(x, products):
    weight = torch.randn(7, x.shape[1], dtype=x.dtype)
    assert torch.equal(linear(x, weight), F.linear(x, weight))
    assert not products


def test_reduced_precision_stays_a_product(products):
    x, weight, bias = inputs(300)
    with torch.autocast('cpu', torch.bfloat16):
        assert linear(x, weight, bias).dtype == torch.bfloat16
    assert not products


def test_layers_of_another_module(products):
    other = nn.Sequential(nn.Linear(5, 7), nn.ReLU(), nn.MultiheadAttention(4, 2))
    names = list(other.state_dict())
    assert use_linear(other) is other
    assert type(other[0]) is Linear and list(other.state_dict()) == names
    assert type(other[2]) is SelfAttention and type(other[2].out_proj) is not Linear  # its weight is read
    x = inputs(300)[0]
    torch.testing.assert_close(other[0](x), F.linear(x, other[0].weight, other[0].bias))
    assert len(products) == 1


@pytest.mark.parametrize('masked', [False, True])
def test_self_attention(masked, products):
    """Outputs and gradients of torch's, also of causal text."""
    torch.manual_seed(0)
    theirs = nn.MultiheadAttention(16, 2, batch_first=True)
    nn.init.normal_(theirs.in_proj_bias)
    ours = use_linear(copy.deepcopy(theirs))
    mask = torch.full((40, 40), -torch.inf).triu(1) if masked else None
    results = []
    for layer in (ours, theirs):
        x = torch.randn(4, 40, 16, generator=torch.Generator().manual_seed(1)).requires_grad_()
        out, weights = layer(x, x, x, need_weights=False, attn_mask=mask)
        assert weights is None
        (out**2).sum().backward()
        results.append([out, x.grad, *(p.grad for p in layer.parameters())])
    for a, b in zip(*results):
        torch.testing.assert_close(a, b, atol=1e-4, rtol=1e-4)
    assert len(products) == 4  # two layers, forward and backward


@pytest.mark.parametrize('options', [
    dict(need_weights=True), dict(attn_mask=torch.eye(3, dtype=torch.bool), need_weights=False),
    dict(attn_mask=torch.randn(4, 3, 3), need_weights=False),
    dict(key_padding_mask=torch.zeros(2, 3).bool())])
def test_other_attention_is_torchs(options, products):
    theirs = nn.MultiheadAttention(16, 2, batch_first=True)
    ours, x = use_linear(copy.deepcopy(theirs)), torch.randn(2, 3, 16)
    for found, expected in zip(ours(x, x, x, **options), theirs(x, x, x, **options)):
        assert found is expected is None or torch.equal(found, expected)
    torch.testing.assert_close(ours(x, x[:, :2], x[:, :2])[0], theirs(x, x[:, :2], x[:, :2])[0])
    assert not products


@pytest.mark.parametrize('width, other', [(64, 2048), (2048, 64), (768, 64), (16, 32)])
def test_a_row_does_not_see_how_many_there_are(width, other):
    """Bit by bit: a label map must not depend on what is decoded besides."""
    generator = torch.Generator().manual_seed(0)
    x, weight = (torch.randn(n, width, generator=generator) for n in (1500, other))
    with torch.no_grad():
        whole = linear(x, weight, evenly=True)
    for rows in (1, 3, 17, 64, 127, 128, 129, 200, 600):
        with torch.no_grad():
            assert torch.equal(linear(x[7:7 + rows], weight, evenly=True), whole[7:7 + rows]), rows


def test_a_result_may_be_changed_in_place():
    """As a layer's that adds to it."""
    x, weight, _ = inputs(2, 200)
    linear(x, weight).add_(1).sum().backward()
    assert x.grad is not None


def test_nan_goes_through_relu():
    """oneDNN's own ReLU would make 0 of it, and hide a loss that is not finite."""
    x = torch.full((module.FEWEST, 4), float('nan'))
    assert module.onednn(x, torch.ones(3, 4), None, 'relu').isnan().all()


def test_weights_that_are_views():
    """oneDNN gets them in one piece: with transposed ones a prediction spent two thirds of its time."""
    class Weights(TorchDispatchMode):
        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            if 'linear_pointwise' in str(func):
                found.append(args[1].is_contiguous())
            return func(*args, **(kwargs or {}))
    found, x, weight = [], torch.randn(200, 8), torch.randn(8, 5).T
    with Weights():
        result = linear(x, weight)
    assert found == [True] and not weight.is_contiguous()
    torch.testing.assert_close(result, torch.nn.functional.linear(x, weight))


@pytest.mark.parametrize('trains', [True, False])
def test_rows_of_a_prediction_are_rounded_alike_however_many_there_are(trains):
    """Also before anybody has set ``requires_grad_(False)``; as wide as the decoder at full size."""
    generator = torch.Generator().manual_seed(0)
    weights = [torch.randn(shape, generator=generator).requires_grad_(trains)
               for shape in ((2048, 64), (2048, ), (64, 2048), (64, ))]
    x = torch.randn(4 * 49, 64, generator=generator)
    with torch.no_grad():
        assert torch.equal(blockwise_mlp(x, *weights)[49:147], blockwise_mlp(x[49:147], *weights))
