"""The composition loss against values worked out by hand and a loop."""
import math

import torch

from mmpartseg.models.losses import composition_loss
from mmpartseg.models.losses.composition_loss import object_probabilities

OBJECT_OF = torch.tensor([0, 0, 1])


def test_probabilities_are_summed_by_object():
    logits = torch.tensor([1., 2., 3., 4.]).log().view(1, 4, 1)  # two parts, one part, background
    torch.testing.assert_close(object_probabilities(logits, OBJECT_OF).flatten(), torch.tensor([.3, .3, .4]))


def test_equal_distributions_cost_nothing_and_disjoint_ones_ln_2():
    classes = torch.tensor([1., 2., 3., 4.]).log().view(1, 4, 1)
    assert composition_loss(classes, torch.tensor([.3, .3, .4]).log().view(1, 3, 1), OBJECT_OF).abs() < 1e-7
    first = torch.tensor([50., 50., 0., 0.]).view(1, 4, 1)
    second = torch.tensor([0., 0., 50.]).view(1, 3, 1)
    assert abs(composition_loss(first, second, OBJECT_OF) - math.log(2)) < 1e-6


def test_against_a_loop():
    generator = torch.Generator().manual_seed(0)
    classes, objects = torch.randn(2, 4, 5, generator=generator), torch.randn(2, 3, 5, generator=generator)
    total = 0.
    for n in range(2):
        for token in range(5):
            share = classes[n, :, token].softmax(0)
            first = torch.stack([share[0] + share[1], share[2], share[3]])
            second = objects[n, :, token].softmax(0)
            mixture = (first + second) / 2
            total += 0.5 * sum(float((p * (p / mixture).log()).sum()) for p in (first, second))
    assert abs(composition_loss(classes, objects, OBJECT_OF) - total / 10) < 1e-6


def test_no_image():
    assert composition_loss(torch.zeros(0, 4, 5), torch.zeros(0, 3, 5), OBJECT_OF) == 0
