"""Gradients of networks with ReLUs, where rounding decides which side of zero an input is on.

Two correct float32 implementations differ in the inputs of ReLUs by about 1e-6. An input that is as near to
zero may be open in one and closed in the other, and every gradient before it then shows a step of up
to a few 1e-4. So the gradient expected must be ours for *some* choice among those few inputs.
"""
import contextlib

import torch
from torch import nn

from mmpartseg.models.layers.cost.cost_decoder import UpsamplingBlock

NEARLY_ZERO = 3e-6
MOST = 32  # inputs to choose among


@contextlib.contextmanager
def opened(model):
    """Opens ReLUs of nearly no input; gives (input, input as it is taken, index) of each, as they run."""
    found, handles = [], []

    def hook(module, args, x):
        near = x.detach().abs() < NEARLY_ZERO
        taken = torch.where(near, NEARLY_ZERO + (x - x.detach()), x)
        found.extend((x, taken, tuple(index)) for index in near.nonzero().tolist())
        return taken.clone()  # what follows may write to it

    for module in model.modules():
        before = []
        if isinstance(module, nn.Sequential):
            before = [a for a, b in zip(list(module), list(module)[1:]) if isinstance(b, nn.ReLU)]
        elif isinstance(module, UpsamplingBlock):
            before = [module.norm1, module.norm2]
        handles += [each.register_forward_hook(hook) for each in before]
    yield found
    for handle in handles:
        handle.remove()


def gradient(value, parameters, select):
    """Of all parameters side by side, float64; 0 for one that it does not depend on."""
    found = torch.autograd.grad(value, parameters, retain_graph=True, allow_unused=True)
    return torch.cat([pick(torch.zeros_like(p) if g is None else g).flatten().double()
                      for p, g, pick in zip(parameters, found, select)])


def gradient_of_some_choice(model, loss, parameters, select, expected):
    """The gradient of ``loss()`` that comes nearest to the one expected.

    Args:
        model (nn.Module): whose ReLUs are looked at.
        loss (Callable): the scalar, computed anew.
        parameters (list[Tensor]): to which the gradient is taken.
        select (list[Callable]): what to take of each gradient.
        expected (Tensor): the selected gradients side by side.

    Returns:
        tuple[Tensor, int]: the gradient, and how many ReLUs there were to choose.
    """
    with opened(model) as near:
        value = loss()
    assert len(near) <= MOST, f'{len(near)} inputs of ReLUs within {NEARLY_ZERO} of zero'
    all_open = gradient(value, parameters, select)
    steps = []
    for x, taken, index in near:
        upstream, = torch.autograd.grad(value, taken, retain_graph=True)
        steps.append(gradient(x[index] * upstream[index], parameters, select))
    if not steps:
        return all_open, 0
    steps = torch.stack(steps, 1)
    closed = torch.linalg.lstsq(steps, (all_open - expected.double())[:, None], driver='gelsd').solution
    return all_open - (steps @ (closed > 0.5).double())[:, 0], len(near)
