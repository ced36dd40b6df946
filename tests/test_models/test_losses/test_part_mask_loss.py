"""Mask loss: tables worked out by hand, and torch's own BCE on one-hot targets."""
import math

import pytest
import torch
import torch.nn.functional as F
from mmseg.registry import MODELS

from mmpartseg.models.losses import LevelLosses, part_mask_loss

LOG2 = math.log(2)


@pytest.mark.parametrize('target, background_weight, value', [
    ([[0, 1]], None, LOG2),  # every logit 0: each channel costs log 2
    ([[0, 255]], None, LOG2),
    ([[255, 255]], None, 0),
    ([[0, 1]], 0.05, (1 + 0.05) / 2 * LOG2),  # the last of two channels weighs 0.05
])
def test_by_hand(target, background_weight, value):
    logits = torch.zeros(1, 2, 1, 2)
    assert part_mask_loss(logits, torch.tensor([target]), background_weight).item() == pytest.approx(value)


@pytest.mark.parametrize('background_weight', [None, 0.05, 1.0])
@pytest.mark.parametrize('ignore', [255, 65535])
def test_equals_one_hot_bce(background_weight, ignore):
    torch.manual_seed(0)
    ours, theirs = [(4 * torch.randn(2, 5, 6, 7, generator=torch.Generator().manual_seed(1)))
                    .requires_grad_() for _ in range(2)]
    target = torch.randint(0, 5, (2, 6, 7))
    target[0, :3] = ignore
    labelled = target != ignore
    one_hot = F.one_hot(target.where(labelled, 0), 5).permute(0, 3, 1, 2).float()
    weight = torch.ones(5)
    weight[-1] = background_weight or 1
    per_channel = F.binary_cross_entropy_with_logits(theirs, one_hot, reduction='none')
    expected = (per_channel * weight[:, None, None]).mean(1)[labelled].mean()
    actual = part_mask_loss(ours, target, background_weight, ignore)
    torch.testing.assert_close(actual, expected)
    torch.testing.assert_close(*[torch.autograd.grad(x, y)[0]
                                 for x, y in ((actual, ours), (expected, theirs))])


def test_split_gives_a_mean_of_each():
    torch.manual_seed(0)
    logits = torch.randn(1, 3, 2, 2)
    target = torch.tensor([[[0, 2], [255, 2]]])
    loss = MODELS.build(dict(type='PartMaskLoss', loss_weight=2.))
    foreground, background = loss.split(logits, target)
    assert foreground.item() == pytest.approx(
        2 * part_mask_loss(logits, target.where(target != 2, 255), 0.05).item())
    assert background.item() == pytest.approx(
        2 * part_mask_loss(logits, target.where(target == 2, 255), 0.05).item())


def baseline_in_a_loop(logits, part_map, background_weight):
    """REFERENCE: one mean over all pixels and channels; what carries no part label is background."""
    background, total = logits.shape[1] - 1, 0
    for image, labels in zip(logits, part_map):
        for row in range(labels.shape[0]):
            for column in range(labels.shape[1]):
                label = int(labels[row, column])
                label = background if label == 255 else label
                for channel, x in enumerate(image[:, row, column]):
                    p = torch.sigmoid(x)
                    weight = background_weight if channel == background else 1
                    total = total - weight * torch.log(p if channel == label else 1 - p)
    return total / logits.numel()


@pytest.mark.parametrize('labels', ['some', 'none', 'all'])
def test_baseline_of_one_mean_in_a_slow_loop(labels):
    """Value and gradient, through the level's losses as the head calls them."""
    generator = torch.Generator().manual_seed(0)
    ours, theirs = [torch.randn(2, 4, 3, 5, dtype=torch.double, generator=torch.Generator().manual_seed(1))
                    .requires_grad_() for _ in range(2)]
    part_map = torch.randint(0, 3, (2, 3, 5), generator=generator)
    if labels != 'all':
        part_map[:, 0] = 255
    if labels == 'none':
        part_map[:] = 255
    loss = LevelLosses('object_part', dict(type='PartMaskLoss', loss_weight=2.,
                                           unlabelled_as_background=True))
    # the head has made background of what is outside objects; inside, pixels are still ignored
    target = part_map.clone()
    target[0][(part_map[0] == 255) & (torch.arange(5) > 2)] = 3
    terms = loss(ours, target, 255)
    assert set(terms) == {'loss_object_part'}
    expected = 2 * baseline_in_a_loop(theirs, part_map, 0.05)
    torch.testing.assert_close(terms['loss_object_part'], expected)
    torch.testing.assert_close(*[torch.autograd.grad(x, y)[0] for x, y in
                                 ((terms['loss_object_part'], ours), (expected, theirs))])


def test_baseline_loss_needs_a_background():
    cfg = dict(type='PartMaskLoss', unlabelled_as_background=True)
    with pytest.raises(ValueError, match='unlabelled_as_background=True needs a background channel'):
        LevelLosses('part', [cfg])
    with pytest.raises(ValueError, match='needs a background channel.*leave it out'):
        MODELS.build(dict(cfg, background_weight=None))


def test_no_labelled_pixel_keeps_the_graph():
    logits = torch.randn(1, 2, 2, 2, requires_grad=True)
    loss = part_mask_loss(logits, torch.full((1, 2, 2), 255))
    assert loss.item() == 0
    assert torch.autograd.grad(loss, logits)[0].abs().sum() == 0


def test_large_logits_stay_finite():
    logits = torch.tensor([[[[1e4]], [[-1e4]]]])
    assert part_mask_loss(logits, torch.tensor([[[1]]])).item() == pytest.approx(1e4)


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
def test_low_precision_logits_are_summed_in_float32(dtype):
    logits = (8 * torch.randn(1, 40, 6, 7, generator=torch.Generator().manual_seed(0))).to(dtype)
    low, high = logits.clone().requires_grad_(), logits.float().requires_grad_()
    target = torch.randint(0, 40, (1, 6, 7), generator=torch.Generator().manual_seed(1))
    actual, expected = [part_mask_loss(x, target, 0.05) for x in (low, high)]
    torch.testing.assert_close(actual, expected, rtol=1e-3, atol=0)
    gradients = [torch.autograd.grad(1e3 * x, y)[0].float() for x, y in ((actual, low), (expected, high))]
    torch.testing.assert_close(*gradients, rtol=2**-7, atol=1e-6)
