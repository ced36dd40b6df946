"""The windows of the cost family's spatial aggregation: who sees whom."""
import pytest
import torch

from mmpartseg.models.layers.cost.windows import windows


@pytest.mark.parametrize('grid', [(8, 8), (6, 7), (24, 24)])
def test_tokens_that_lie_apart_weigh_nothing(grid):
    """What the released -100 leaves is 4e-44, too small for the float unit, and slow: here it is nothing."""
    mask = windows(grid, 4, shifted=True).mask
    assert set(mask.unique().tolist()) == {float('-inf'), 0}
    scores = 5 * torch.randn(mask.shape, generator=torch.Generator().manual_seed(0))
    weights = (scores + mask).softmax(-1)
    assert ((weights == 0) == (mask < 0)).all()
    released = (scores + mask.clamp(min=-100)).softmax(-1)
    tiny = torch.finfo(torch.float32).tiny
    assert ((released > 0) & (released < tiny)).any()
    torch.testing.assert_close(weights, released, atol=1e-30, rtol=0)


def test_every_token_sees_itself_and_each_has_one_place():
    cut = windows((6, 7), 4, shifted=True)
    assert (cut.mask.diagonal(dim1=1, dim2=2) == 0).all()
    assert torch.equal(cut.order[cut.place], torch.arange(42))
    assert cut.padding == int((cut.order == 42).sum()) == 8 * 8 - 42
    assert windows((4, 3), 4, shifted=True).mask is None and windows((8, 8), 4, shifted=False).mask is None
