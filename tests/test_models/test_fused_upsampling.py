"""The fused upsampling against the two convolutions that it stands for."""
import pytest
import torch

from mmpartseg.models.layers.cost import CostDecoder
from mmpartseg.models.layers.cost import fused_upsampling as module
from mmpartseg.models.layers.cost.fused_upsampling import separately, upsampling


def drawn(size, images=2):
    generator = torch.Generator().manual_seed(0)
    return [torch.randn(shape, generator=generator, dtype=torch.float64).requires_grad_() for shape in (
        (images, 3, 4, *size), (4, 5, 2, 2), (5,), (6, 8, 3, 3), (images, 3, 2 * size[0], 2 * size[1]))]


@pytest.mark.parametrize('images', [1, 2])
@pytest.mark.parametrize('size', [(3, 5), (1, 1), (2, 1)])
def test_same_as_two_convolutions(size, images):
    """With every gradient; x in either layout."""
    x, *inputs = drawn(size, images)
    function = upsampling(*inputs)
    assert function.func is not separately
    ours, theirs = function(x), separately(x, *inputs)
    torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(function(x.permute(0, 1, 3, 4, 2).contiguous().permute(0, 1, 4, 2, 3)), theirs)
    gradients = [torch.autograd.grad((y**2).sum(), [x, *inputs]) for y in (ours, theirs)]
    for a, b in zip(*gradients):
        torch.testing.assert_close(a, b)
    with torch.no_grad():
        torch.testing.assert_close(upsampling(*inputs, numbers=0)(x), theirs)


def test_few_numbers_train_word_for_word():
    x, *inputs = drawn((3, 5))
    function = upsampling(*inputs, numbers=module.FEWEST - 1)
    assert function.func is separately
    assert torch.equal(function(x), separately(x, *inputs))


def test_a_decoder_counts_what_it_is_given(monkeypatch):
    """All classes and images, at each of its two sizes."""
    numbers = []
    monkeypatch.setattr('mmpartseg.models.layers.cost.cost_decoder.upsampling',
                        lambda *args: numbers.append(args[-1]) or upsampling(*args))
    decoder = CostDecoder((16, 32, 16), (4, 2))
    decoder(torch.randn(2, 5, 3, 4, 16), [torch.randn(2, 4, 6, 8), torch.randn(2, 2, 12, 16)])
    assert numbers == [2 * 5 * 16 * 3 * 4, 2 * 5 * 32 * 6 * 8]


def test_kernel_keeps_its_precision_under_autocast():
    _, up, _, conv, _ = drawn((1, 1))
    up, conv = up.float(), conv[:, :5].float()
    with torch.autocast('cpu', torch.bfloat16):
        kernel = module.composed_kernel(up, conv)
    assert kernel.dtype == torch.float32 and torch.equal(kernel, module.composed_kernel(up, conv))
