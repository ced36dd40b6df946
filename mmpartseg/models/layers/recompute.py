"""Memory against time in training."""
import torch
from torch.utils.checkpoint import checkpoint


def recomputed(function, *inputs, enabled=True):
    """``function(*inputs)``, in which nothing is random.

    Where it is enabled and gradients are recorded, activations are not kept but computed again in
    the backward pass.
    """
    if enabled and torch.is_grad_enabled():
        return checkpoint(function, *inputs, use_reentrant=False, preserve_rng_state=False)
    return function(*inputs)
