"""Where the time of a call goes, by families of operators."""
import time

import pytest
import torch
import torch.nn.functional as F

from mmpartseg.benchmark.breakdown import BETWEEN, breakdown, family_of
from mmpartseg.models.layers.linear import attention, linear
from tests.benchmarked import config_fixture, report  # noqa: F401


def test_calls_are_counted_by_family():
    """Three products, by MKL and by oneDNN; attention, a norm, a copy, a sum, an activation."""
    x = torch.randn(1, 2, 256, 64)

    def run():
        y = linear(x.flatten(0, 2), torch.eye(64)) @ torch.eye(64)
        y = torch.bmm(y[None], torch.eye(64)[None])
        F.layer_norm(attention(x, x, x), (64, )).contiguous().clone()
        return F.gelu(y).sum()
    found = breakdown(run)
    calls = {name: row['calls'] for name, row in found.items()}
    assert calls['matrix products'] == 3
    assert calls['attention'] == 1
    assert {'norms and softmax', 'copies', 'sums and extremes', 'element by element'} <= set(calls)
    assert sum(row['share'] for row in found.values()) == pytest.approx(1)
    seconds = [row['seconds'] for row in found.values()]
    assert seconds == sorted(seconds, reverse=True)


def test_time_is_that_of_the_operators_themselves():
    """A wait is between operators; a large product takes most of the rest."""
    a = torch.randn(1024, 1024)

    def run():
        time.sleep(0.2)
        return (a @ a).relu()
    found = breakdown(run)
    assert found[BETWEEN]['seconds'] > 0.19 and found[BETWEEN]['calls'] == 0
    assert max(found.keys() - {BETWEEN}, key=lambda name: found[name]['seconds']) == 'matrix products'
    assert sum(row['seconds'] for name, row in found.items() if name != BETWEEN) < 0.2
    assert sum(row['share'] for row in found.values()) == pytest.approx(1)


class Slow(torch.autograd.Function):
    """Doubles, and waits for 0.1 s."""

    @staticmethod
    def forward(ctx, x):
        time.sleep(0.1)
        return 2 * x

    @staticmethod
    def backward(ctx, grad):
        return 2 * grad


def test_a_function_of_autograd_is_not_between_operators():
    found = breakdown(lambda: Slow.apply(torch.ones(3, requires_grad=True)).sum().backward())
    functions = found['functions of Python and autograd']
    assert functions['seconds'] > 0.09 and functions['calls'] >= 3  # forward, backward, that of the sum


@pytest.mark.parametrize('operator, family', [
    ('aten::addmm_', 'matrix products'), ('mkldnn::_linear_pointwise', 'matrix products'),
    ('aten::mm', 'matrix products'), ('aten::convolution_backward', 'convolutions'),
    ('aten::_scaled_dot_product_flash_attention_for_cpu_backward', 'attention'),
    ('aten::native_layer_norm_backward', 'norms and softmax'), ('aten::_softmax', 'norms and softmax'),
    ('aten::linalg_vector_norm', 'sums and extremes'), ('aten::_fused_adamw_', 'optimizer and clipping'),
    ('aten::copy_', 'copies'), ('aten::mul', 'element by element'), ('aten::mean', 'sums and extremes'),
    ('aten::minimum', 'element by element'), ('mkldnn::_convolution_pointwise', 'convolutions'),
    ('BlockwiseMLPBackward', 'functions of Python and autograd'),
    ('Optimizer.step#AdamW.step', 'functions of Python and autograd')])
def test_families(operator, family):
    assert family_of(operator) == family


def test_profile_of_a_model(config, tmp_path, capsys):
    calls = {}
    for command in ('inference', 'train'):
        found = report([command, config, '--profile'], tmp_path / 'out.json')['breakdown']
        assert f"| matrix products | {found['matrix products']['seconds']:.3f} |" in capsys.readouterr().out
        calls[command] = found['matrix products']['calls']
    assert calls['train'] > 2 * calls['inference'] > 20


@pytest.mark.parametrize('other', [['--peer', 'straightforward'], ['--scale', 'batch'], ['--device', 'cuda']])
def test_profile_is_of_one_measurement(other, config, tmp_path, capsys):
    with pytest.raises(SystemExit):
        report(['train', config, '--profile', *other], tmp_path / 'out.json')
    assert '--profile is of one measurement on a CPU' in capsys.readouterr().err
