"""Attention in bfloat16 on a CPU: products in pieces, in place of torch's fused kernel."""
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from mmpartseg.models.layers import linear
from mmpartseg.models.layers.linear import SelfAttention, attention


@pytest.mark.parametrize('masked', [False, True])
@pytest.mark.parametrize('held', [1, 75, 10**6])  # scores: of a head at a time, of three, of all
def test_the_fused_kernels_numbers(masked, held, monkeypatch):
    """Results and gradients, up to rounding."""
    monkeypatch.setattr(linear, 'CACHED', held)
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


@pytest.mark.parametrize('held', [1, 75, 10**6])
def test_a_mask_for_each_sequence(held, monkeypatch):
    """As of the windows of a shifted layer: what is masked is not seen at all."""
    monkeypatch.setattr(linear, 'CACHED', held)
    q, k, v = heads(6, 2, 5, 8)
    apart = torch.rand(3, 5, 5, generator=torch.Generator().manual_seed(1)) < 0.5
    apart.diagonal(dim1=1, dim2=2).fill_(False)
    mask = torch.zeros(3, 5, 5, dtype=q.dtype).masked_fill(apart, float('-inf')).repeat(2, 1, 1)[:, None]
    expected = F.scaled_dot_product_attention(q.float(), k.float(), v.float(), mask.float())
    for grad in (True, False):
        with torch.set_grad_enabled(grad), pytest.MonkeyPatch.context() as patch:
            patch.setattr(F, 'scaled_dot_product_attention', None)
            actual = attention(q, k, v, mask)
        torch.testing.assert_close(actual.float(), expected, atol=0.03, rtol=0.03)


def heads(*shape, dtype=torch.bfloat16):
    generator = torch.Generator().manual_seed(0)
    return [torch.randn(shape, generator=generator).to(dtype) for _ in range(3)]


@pytest.mark.parametrize('length', [5, 101, 485])
def test_a_sequence_does_not_see_how_many_there_are(length):
    """Bit by bit: a label map must not depend on what is decoded besides."""
    q, k, v = heads(7, 4, length, 16)
    with torch.no_grad():
        whole = attention(q, k, v)
        for n in (1, 2, 3, 5):
            assert torch.equal(attention(q[:n], k[:n], v[:n]), whole[:n])


@pytest.mark.parametrize('dtype, most', [
    (torch.float32, 2**21), (torch.float16, 2**21), (torch.bfloat16, 24)])
def test_what_is_fused(monkeypatch, dtype, most):
    """Other types, and sequences too long for the cache, without gradients."""
    monkeypatch.setattr(linear, 'LARGEST', most)
    q, k, v = heads(2, 3, 5, 8, dtype=dtype)
    with torch.no_grad():
        assert torch.equal(attention(q, k, v), F.scaled_dot_product_attention(q, k, v))


class Attention(nn.Module):

    def forward(self, q, k, v):
        return attention(q, k, v)


def test_exported_for_any_number_of_sequences():
    n = torch.export.Dim('n', min=2, max=50)
    with torch.no_grad():
        program = torch.export.export(Attention(), tuple(heads(3, 2, 5, 8)), dynamic_shapes=[{0: n}] * 3)
        more = heads(7, 2, 5, 8)
        torch.testing.assert_close(program.module()(*more), attention(*more), atol=0.02, rtol=0.02)
