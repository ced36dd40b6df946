"""The random number generators of a process as tensors and plain values."""
import random

import numpy as np
import torch
from mmengine.device import get_device


def get_random_states():
    """States of Python's, NumPy's and torch's generators, and of the accelerator's if there is one.

    Returns:
        dict: tensors and plain values, so that a checkpoint with it is read without unpickling.
    """
    name, keys, *rest = np.random.get_state()
    states = dict(python=random.getstate(), torch=torch.get_rng_state(),
                  numpy=(name, torch.from_numpy(keys.astype(np.int64)), *rest))
    accelerator = _accelerator()
    if accelerator is not None:
        states['accelerator'] = accelerator.get_rng_state()
    return states


def set_random_states(states):
    """Put back what :func:`get_random_states` returned."""
    random.setstate(states['python'])
    name, keys, *rest = states['numpy']
    np.random.set_state((name, keys.cpu().numpy().astype(np.uint32), *rest))
    torch.set_rng_state(states['torch'].cpu())
    accelerator = _accelerator()
    if accelerator is not None and 'accelerator' in states:
        accelerator.set_rng_state(states['accelerator'].cpu())


def _accelerator():
    name = get_device()
    return None if name == 'cpu' else getattr(torch, name)
