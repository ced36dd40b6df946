"""Checkpoint files, read without running anything that is in them."""
import os
import pickle

import torch
from safetensors.torch import load_file


def read_checkpoint(path, map_location='cpu'):
    """Read a ``.safetensors`` file, or a torch file under ``weights_only=True``.

    Args:
        path (str): the file.
        map_location (str | torch.device): where tensors go.

    Returns:
        dict: the file's content.

    Raises:
        FileNotFoundError: no such file.
        ValueError: the file is damaged, or holds more than tensors and plain values.
    """
    path = os.path.expanduser(str(path))
    if not os.path.isfile(path):
        raise FileNotFoundError(f'checkpoint {path} not found')
    try:
        if path.endswith('.safetensors'):
            return load_file(path, device=str(map_location or 'cpu'))
        return torch.load(path, map_location=map_location, weights_only=True)
    except pickle.UnpicklingError as error:
        refused = next((line.strip() for line in str(error).splitlines() if 'GLOBAL' in line),
                       _first_line(error))
        raise ValueError(f'checkpoint {path} is damaged, or holds objects other than tensors and '
                         f'plain values, which are refused because reading them could run code '
                         f'({refused}). Save its weights alone, or take another file') from error
    except Exception as error:  # readers raise whatever a broken byte makes of their state
        raise ValueError(f'checkpoint {path} cannot be read; it may be damaged or cut short: '
                         f'{_first_line(error)}') from error


def _first_line(error):
    return f'{type(error).__name__}: {error}'.splitlines()[0]


def state_dict_of(checkpoint, path):
    """The state dict inside mmengine's, detectron2's or a plain checkpoint; ValueError if none."""
    for key in ('state_dict', 'model'):
        if isinstance(checkpoint, dict) and isinstance(checkpoint.get(key), dict):
            checkpoint = checkpoint[key]
            break
    if not isinstance(checkpoint, dict) or not checkpoint:
        raise ValueError(f'checkpoint {path} holds no state dict')
    odd = [k for k, v in checkpoint.items() if not torch.is_tensor(v)]
    if odd:
        raise ValueError(f'checkpoint {path}: entries that are no tensors: {odd[:5]}')
    return checkpoint
