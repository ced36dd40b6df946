"""The choice among ReLUs whose input is zero but for rounding."""
import torch
from torch import nn

from tests.kinks import NEARLY_ZERO, gradient, gradient_of_some_choice


def network(offsets):
    """Three units of a ReLU whose inputs are the offsets, whatever enters."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1, bias=False))
    with torch.no_grad():
        model[0].bias.copy_(torch.tensor(offsets) - model[0].weight.sum(1))
    return model


def gradient_with(offsets):
    model = network(offsets)
    parameters = list(model[0].parameters())
    return model, parameters, gradient(model(torch.ones(1, 2)).sum(), parameters, [lambda g: g] * 2)


def nearest(model, parameters, expected):
    return gradient_of_some_choice(
        model, lambda: model(torch.ones(1, 2)).sum(), parameters, [lambda g: g] * 2, expected)


def test_units_are_chosen_each_for_itself():
    model, parameters, own = gradient_with([1., NEARLY_ZERO / 10, -NEARLY_ZERO / 10])
    for second in (1., -1.):
        for third in (1., -1.):
            _, _, expected = gradient_with([1., second, third])
            found, choices = nearest(model, parameters, expected)
            assert choices == 2
            torch.testing.assert_close(found, expected)
            assert torch.equal(expected, own) == (second > 0 > third)


def test_units_away_from_zero_are_not_chosen():
    model, parameters, own = gradient_with([1., 2 * NEARLY_ZERO, NEARLY_ZERO / 10])
    _, _, expected = gradient_with([1., -1., 1.])
    found, choices = nearest(model, parameters, expected)
    assert choices == 1 and not torch.allclose(found, expected)
