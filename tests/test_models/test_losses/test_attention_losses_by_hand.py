"""Eqs. 6 to 9 in cases worked out by hand."""
import pytest
import torch
from mmseg.registry import MODELS

from mmpartseg.models.losses import enhance_loss, separation_loss
from mmpartseg.models.losses.attention_maps import ClassAttention, min_max, smooth
from tests.attention_rows import attention_rows, scene, vectorised


def pair(*maps, masks=None):
    maps = torch.tensor([maps], dtype=torch.float, requires_grad=True)
    masks = torch.ones_like(maps, dtype=torch.bool) if masks is None else torch.tensor([masks])
    return ClassAttention(maps, masks)


@pytest.mark.parametrize('maps, value', [
    ([[[1., 0, 0, 0, 0, 0]], [[0, 0, 0, 0, 0, 1.]]], 0),  # apart
    ([[[1., 0, 0, 0, 0, 0]], [[1., 0, 0, 0, 0, 0]]], 1 / 2),  # the same: all of 1 token, |C| = 2
    ([[[1., 0, 0, 0, 0, 0]]], 0),  # one class cannot overlap
    ([[[1., 1, 0, 0, 0, 0]], [[0, 1., 1, 0, 0, 0]]], 1 / 6),  # one of three tokens
])
def test_separation_by_hand(maps, value):
    assert separation_loss(pair(*maps)).item() == pytest.approx(value)


def test_separation_gradient_reduces_overlap():
    torch.manual_seed(0)
    logits = torch.randn(3, 6, 6, requires_grad=True)
    optimizer = torch.optim.Adam([logits], 0.05)
    def loss():
        maps = logits.flatten(1).softmax(1).view_as(logits)[None]
        return separation_loss(ClassAttention(maps, torch.ones_like(maps, dtype=torch.bool)))
    before = loss().item()
    for _ in range(60):
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()
    assert loss().item() < before / 3


@pytest.mark.parametrize('maps, masks, value', [
    ([[[.2, .6]], [[.5, .1]]], [[[1, 1]], [[1, 1]]], 1 - .5),
    ([[[.2, .6]], [[.5, .1]]], [[[1, 0]], [[1, 1]]], 1 - .2),  # the peak lies outside the mask
    ([[[.9, .6]]], [[[0, 1]]], 1 - .6),
])
def test_enhance_by_hand(maps, masks, value):
    masks = torch.tensor(masks, dtype=torch.bool).tolist()
    assert enhance_loss(pair(*maps, masks=masks)).item() == pytest.approx(value)


def test_min_max_and_smooth():
    maps = torch.tensor([[[2., 4], [3, 2]], [[5, 5], [5, 5]]])
    assert min_max(maps).tolist() == [[[0, 1], [0.5, 0]], [[0, 0], [0, 0]]]
    kept = smooth(torch.full((1, 4, 4), 0.7))
    torch.testing.assert_close(kept, torch.full((1, 4, 4), 0.7))
    assert smooth(torch.ones(1, 1, 3)).shape == (1, 1, 3)


def test_collapsed_attention_has_a_finite_gradient():
    maps = torch.zeros(1, 2, 4, 4)
    maps[..., 0, 0] = 1e-44  # all attention went to the CLS token
    maps.requires_grad_()
    attention = ClassAttention(maps, torch.ones_like(maps, dtype=torch.bool))
    separation_loss(attention).backward()
    assert torch.isfinite(maps.grad).all()


def test_absent_classes_count_nowhere():
    """However many the vocabulary has besides those in the image."""
    torch.manual_seed(0)
    maps, masks = torch.rand(1, 3, 4, 5), torch.rand(1, 3, 4, 5) > 0.5
    losses, gradients = [], []
    for absent in (0, 7):
        given = torch.cat([maps, torch.full((1, absent, 4, 5), 0.9)], 1).requires_grad_()
        attention = ClassAttention(given, torch.cat([masks, torch.zeros(1, absent, 4, 5).bool()], 1))
        losses.append(torch.stack([separation_loss(attention), enhance_loss(attention)]))
        gradient, = torch.autograd.grad(losses[-1].sum(), given)
        assert not gradient[:, 3:].any()
        gradients.append(gradient[:, :3])
    torch.testing.assert_close(*losses)
    torch.testing.assert_close(*gradients)


@pytest.mark.parametrize('type, weight', [('SeparationLoss', 0.1), ('EnhanceLoss', 0.01)])
def test_registered_losses_weigh(type, weight):
    attention = vectorised(attention_rows(), scene('full coverage'))
    function = dict(SeparationLoss=separation_loss, EnhanceLoss=enhance_loss)[type]
    loss = MODELS.build(dict(type=type))(attention)
    assert loss.item() == pytest.approx(weight * function(attention).item())
    assert MODELS.build(dict(type=type, loss_weight=2.))(attention).item() == pytest.approx(
        2 * function(attention).item())
