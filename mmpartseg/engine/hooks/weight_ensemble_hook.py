"""Weights between those before and after fine-tuning, which forget less of what has no labels."""
from copy import deepcopy

import torch
from mmengine.hooks import EMAHook
from mmengine.registry import MODELS
from mmseg.registry import HOOKS
from torch import nn


@HOOKS.register_module()
class WeightEnsembleHook(EMAHook):
    """Validates and saves start + alpha (weights - start) (Wortsman et al. 2022, WiSE-FT).

    Training itself goes on with the weights. As of ``EMAHook``, a checkpoint holds both and can be
    resumed; loaded into a model, it gives the ensemble.

    Args:
        alpha (float): how far from the start, in 0…1; 1 is plain fine-tuning.

    Raises:
        ValueError: ``alpha`` is out of range.
    """

    def __init__(self, alpha):
        if not 0 <= alpha <= 1:
            raise ValueError(f'alpha must be in 0…1, got {alpha}')
        super().__init__(ema_type='WeightSpaceEnsemble', alpha=alpha)

    def before_train(self, runner):
        """After ``load_from`` has been seen to, and hooks that change weights before this one."""
        super().before_train(runner)
        if runner.iter == 0:
            self.ema_model.start_from(self.src_model)


@MODELS.register_module()
class WeightSpaceEnsemble(nn.Module):
    """What ``EMAHook`` keeps: a model whose weights follow another's.

    Args:
        model (nn.Module): what is trained.
        alpha (float): see :class:`WeightEnsembleHook`.

    Attributes:
        module (nn.Module): with the weights of the ensemble.
        start (nn.ParameterList): of what learns, in the model's order.
    """
    update_buffers = True  # swapped as well: they follow the trained model's

    def __init__(self, model, alpha):
        super().__init__()
        self.alpha = alpha
        self.module = deepcopy(model).requires_grad_(False)
        self.start = nn.ParameterList(
            deepcopy(each) for each in model.parameters() if each.requires_grad).requires_grad_(False)

    @torch.no_grad()
    def start_from(self, model):
        """Take a model's weights for the start."""
        self.module.load_state_dict(model.state_dict())
        learning = [each for each in model.parameters() if each.requires_grad]
        for start, parameter in zip(self.start, learning, strict=True):
            start.copy_(parameter)

    @torch.no_grad()
    def update_parameters(self, model):
        """After each step."""
        pairs = [(own, each) for own, each in zip(self.module.parameters(), model.parameters(), strict=True)
                 if each.requires_grad]
        for start, (own, parameter) in zip(self.start, pairs, strict=True):
            torch.lerp(start, parameter, self.alpha, out=own)
        for own, buffer in zip(self.module.buffers(), model.buffers(), strict=True):
            own.copy_(buffer)
