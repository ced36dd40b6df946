"""The fused upsampling against the two convolutions that it stands for."""
import pytest
import torch

from mmpartseg.models.layers.cost.fused_upsampling import separately, upsampling


@pytest.mark.parametrize('size', [(3, 5), (1, 1), (2, 1)])
def test_same_as_two_convolutions(size):
    generator = torch.Generator().manual_seed(0)
    x, *inputs = [torch.randn(shape, generator=generator, dtype=torch.float64) for shape in (
        (2, 3, 4, *size), (4, 5, 2, 2), (5,), (6, 8, 3, 3), (2, 3, 2 * size[0], 2 * size[1]))]
    with torch.no_grad():
        function = upsampling(*inputs)
        assert function.func is not separately
        torch.testing.assert_close(function(x), separately(x, *inputs))
    assert torch.equal(upsampling(*inputs)(x), separately(x, *inputs))  # with gradients
