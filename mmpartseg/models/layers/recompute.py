"""Memory against time in training."""
from functools import partial

import torch
from torch.utils.checkpoint import CheckpointPolicy, checkpoint, create_selective_checkpoint_contexts


def recomputed(function, *inputs, enabled=True):
    """``function(*inputs)``, in which nothing is random.

    Where it is enabled and gradients are recorded, activations are not kept but computed again in
    the backward pass; only what fused attention returns is kept, which is small and slow to compute.
    """
    if enabled and torch.is_grad_enabled():
        return checkpoint(function, *inputs, use_reentrant=False, preserve_rng_state=False,
                          context_fn=partial(create_selective_checkpoint_contexts, _policy))
    return function(*inputs)


def _policy(context, operator, *args, **kwargs):
    keep = 'scaled_dot_product' in operator.name()
    return CheckpointPolicy.MUST_SAVE if keep else CheckpointPolicy.PREFER_RECOMPUTE
