"""Eqs. 6 to 9 against a slow loop, values and gradients."""
import pytest
import torch
import torch.nn.functional as F
from mmseg.registry import MODELS

from mmpartseg.models.losses import class_attention_maps, enhance_loss, separation_loss
from mmpartseg.models.losses.attention_maps import ClassAttention, min_max, smooth
from mmpartseg.models.losses.token_shares import nearest_shares

IGNORE, GRID, GAMMA, TEMPERATURE = 255, (4, 5), 0.3, 0.1
PART_OF, OBJECT_OF = [0, 1, 0, 2], [0, 0, 1, 1]  # four classes of three parts and two objects


def scene(name):
    """Part maps (h, w) of two images."""
    maps = torch.full((2, *GRID), IGNORE)
    if name == 'one part':
        maps[0, 1:3, 2] = 2
    elif name == 'full coverage':
        maps[0], maps[1] = 1, 3
        maps[0, :, 3:] = 0
    elif name == 'two objects of the same kind':  # both heads are one class
        maps[0, 0, :2], maps[0, 3, 3:] = 0, 0
        maps[0, 1, :2], maps[0, 2, 3:] = 1, 1
        maps[1, 0, 0] = 3
    elif name == 'one image without a part':
        maps[0, 0, :2], maps[0, 1], maps[0, 2:, 1:4] = 0, 2, 3
    return maps


SCENES = ['no part', 'one part', 'full coverage', 'two objects of the same kind',
          'one image without a part']


def attention_rows(seed=0):
    """Softmax attention (N, conditions, hw, hw), conditions: three parts, then two objects."""
    tokens = GRID[0] * GRID[1]
    generator = torch.Generator().manual_seed(seed)
    logits = 2 * torch.randn(2, 5, tokens, tokens, generator=generator, dtype=torch.double)
    return logits.requires_grad_()


def vectorised(logits, part_map):
    masks = nearest_shares(part_map, GRID, len(PART_OF), IGNORE) > 0
    cls = part_map.where(part_map != IGNORE, 0).flatten(1)
    image, token = torch.arange(len(cls))[:, None], torch.arange(cls.shape[1])
    rows = logits.softmax(-1)
    attention = (rows[image, torch.tensor(PART_OF)[cls], token]
                 + rows[image, 3 + torch.tensor(OBJECT_OF)[cls], token])
    return ClassAttention(class_attention_maps(attention, masks), masks)


def slow_map(rows, part, obj, mask):
    """Eq. 6, token by token."""
    total = 0
    for h in range(GRID[0]):
        for w in range(GRID[1]):
            if mask[h, w]:
                total = total + rows[part, h * GRID[1] + w] + rows[3 + obj, h * GRID[1] + w]
    return (total / mask.sum()).reshape(GRID)


def slow_normalised(attention):
    scaled = (attention - attention.min()) / (attention.max() - attention.min())
    weight = torch.tensor([torch.exp(torch.tensor(-x * x / 0.5, dtype=torch.double))
                           for x in (-1., 0., 1.)], dtype=torch.double)
    weight = weight / weight.sum()
    padded = F.pad(scaled[None, None], [1] * 4, mode='reflect')[0, 0]
    result = torch.zeros(GRID, dtype=torch.double)
    for dh in range(3):
        for dw in range(3):
            result = result + weight[dh] * weight[dw] * padded[dh:dh + GRID[0], dw:dw + GRID[1]]
    return result


def slow_losses(logits, part_map):
    """Hard separation, its relaxation, and enhancement, by loops over images and classes."""
    rows = logits.softmax(-1)
    hard, soft, enhance = [], [], []
    for i, labels in enumerate(part_map):
        classes = [c for c in range(len(PART_OF)) if (labels == c).any()]
        if not classes:
            continue
        maps = [slow_map(rows[i], PART_OF[c], OBJECT_OF[c], labels == c) for c in classes]
        enhance.append(1 - min(m[labels == c].max() for m, c in zip(maps, classes)))
        scaled = [slow_normalised(m) for m in maps]
        count = sum((m >= GAMMA).long() for m in scaled)
        hard.append((count > 1).sum() / (count >= 1).sum() / len(classes))
        active = [torch.sigmoid((m - GAMMA) / TEMPERATURE) for m in scaled]
        none = 1
        for p in active:
            none = none * (1 - p)
        one = sum(p * none / (1 - p) for p in active)
        soft.append((1 - none - one).sum() / (1 - none).sum() / len(classes))
    n = len(part_map)
    zero = logits.sum() * 0
    return [sum(terms, zero) / n for terms in (hard, soft, enhance)]


@pytest.mark.parametrize('name', SCENES)
def test_values_and_gradients(name):
    part_map = scene(name)
    ours, theirs = attention_rows(), attention_rows()
    attention = vectorised(ours, part_map)
    separation = separation_loss(attention, GAMMA, TEMPERATURE)
    enhance = enhance_loss(attention)
    hard, soft, slow_enhance = slow_losses(theirs, part_map)
    torch.testing.assert_close(separation, hard.to(separation))
    torch.testing.assert_close(enhance, slow_enhance.to(enhance))
    for a, b in ((separation, soft), (enhance, slow_enhance)):
        torch.testing.assert_close(*[torch.autograd.grad(x, y, retain_graph=True)[0]
                                     for x, y in ((a, ours), (b, theirs))])


def test_images_without_a_class_count_zero_and_keep_the_graph():
    logits = attention_rows()
    attention = vectorised(logits, scene('no part'))
    for loss in (separation_loss(attention), enhance_loss(attention)):
        assert loss.item() == 0
        assert torch.autograd.grad(loss, logits, retain_graph=True)[0].abs().sum() == 0
    one_image = vectorised(logits, scene('one part'))
    peak = one_image.maps[one_image.masks].max()
    assert one_image.present.tolist() == [[False, False, True, False], [False] * 4]
    assert enhance_loss(one_image).item() == pytest.approx((1 - peak.item()) / 2)


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
