"""Attention of single tokens against the whole map, gradients included."""
import os

import pytest
import torch

from mmpartseg.models.layers import blockwise_mlp
from mmpartseg.models.layers.film import FiLMDecoder, token_attention
from tests.device import VARIABLE


@pytest.fixture
def decoder():
    torch.manual_seed(0)
    decoder = FiLMDecoder((8, 8), dims=16, condition_dims=6, num_heads=2, ffn_dims=4).double()
    for parameter in decoder.parameters():
        torch.nn.init.normal_(parameter, std=0.5)  # torch starts attention's biases at zero
    return decoder


def chosen(images=2, conditions=5, length=7, tokens=9):
    """Inputs of the layer, and the tokens that are asked for: some twice, some conditions never."""
    x = torch.randn(images, conditions, length, 16).double().requires_grad_()
    return x, torch.randint(0, conditions - 1, (images, tokens)), torch.randint(0, length, (images, tokens))


def whole_map(decoder, x, condition, token):
    rows = decoder.attention(x.flatten(0, 1)).unflatten(0, x.shape[:2])
    return rows[torch.arange(len(x))[:, None], condition, token]


@pytest.mark.parametrize('block', [None, 1, 4, 1000])
def test_rows_and_gradients(decoder, block, monkeypatch):
    if block:  # as on an accelerator
        monkeypatch.setattr(token_attention, 'by_sequence', token_attention.by_block)
        monkeypatch.setattr(blockwise_mlp, 'BLOCK_BYTES', {'cpu': block * 7 * 16 * 8})
    x, condition, token = chosen()
    weight = torch.randn(2, 9, 7).double()
    parameters = [x, *decoder.layers[-1].self_attn.parameters()]
    results = []
    for function in (decoder.token_attention, lambda *args: whole_map(decoder, *args)):
        rows = function(x, condition, token)
        gradients = torch.autograd.grad((rows * weight).sum(), parameters, allow_unused=True)
        results.append((rows, *(torch.zeros(()).double() if g is None else g for g in gradients[:2]),
                        gradients[2][:16]))  # the query's bias: the key's has no gradient at all
    for ours, theirs in zip(*results):
        torch.testing.assert_close(ours, theirs)
    assert results[0][1].abs().sum() > 0 and not results[0][1][:, -1].any()


def test_no_image(decoder):
    x, condition, token = chosen(images=0)
    rows = decoder.token_attention(x, condition, token)
    assert rows.shape == (0, 9, 7)
    rows.sum().backward()
    assert x.grad.shape == x.shape


@pytest.mark.skipif(VARIABLE in os.environ, reason='the compiler cannot see through the switch of devices')
def test_a_compiled_graph_gives_the_same(decoder):
    x, condition, token = chosen()
    compiled = torch.compile(decoder.token_attention, backend='aot_eager', fullgraph=True)
    rows = [function(x, condition, token) for function in (compiled, decoder.token_attention)]
    torch.testing.assert_close(*rows)
    torch.testing.assert_close(*(torch.autograd.grad(each.square().sum(), x)[0] for each in rows))


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
def test_autocast_keeps_float32(decoder, dtype):
    decoder.float()
    x, condition, token = chosen()
    x = x.detach().float()
    with torch.autocast('cpu', dtype):
        rows = decoder.token_attention(x, condition, token)
    assert rows.dtype == torch.float32
    torch.testing.assert_close(rows, decoder.token_attention(x, condition, token))
