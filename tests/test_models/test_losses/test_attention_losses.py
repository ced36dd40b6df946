"""Eqs. 6 to 9 against a slow loop, values and gradients."""
import pytest
import torch
import torch.nn.functional as F

from mmpartseg.models.losses import enhance_loss, separation_loss
from tests.attention_rows import (
    GAMMA,
    GRID,
    OBJECT_OF,
    PART_OF,
    TEMPERATURE,
    attention_rows,
    scene,
    vectorised,
)

SCENES = ['no part', 'one part', 'full coverage', 'two objects of the same kind',
          'one image without a part']


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
