"""Checkpoint files, read without running anything that is in them, and only as they were written."""
import logging
import os
import pickle
from pathlib import Path
from typing import Any

import torch
from mmengine.logging import print_log

from ..printable import printable
from .hashes import FileRefused, check_stated_hash
from .safetensors_files import load_safetensors
from .torch_files import check_torch_file, load_torch_file

SAFETENSORS = '.safetensors'
CHECKED = (torch.float32, torch.float64, torch.float16, torch.bfloat16)


def read_checkpoint(path: str | Path, map_location: str | torch.device | None = 'cpu') -> dict[str, Any]:
    """Read a ``.safetensors`` file, or a torch file under ``weights_only=True``.

    Checksums are verified: those inside the file, and the SHA-256 that is stated for it (``card.json``
    beside it, the end of its name, huggingface_hub's cache).

    Args:
        path (str): the file.
        map_location (str | torch.device): where tensors go.

    Returns:
        dict: the file's content.

    Raises:
        FileNotFoundError: no such file.
        ValueError: the file is damaged, or holds more than tensors and plain values.
    """
    path = _existing(path)
    try:
        vouched = check_stated_hash(path)
        if path.endswith(SAFETENSORS):
            return load_safetensors(path, str(map_location or 'cpu'), vouched)
        check_torch_file(path, vouched)
        return load_torch_file(path, map_location)
    except FileRefused:
        raise
    except pickle.UnpicklingError as error:
        refused = next((line.strip() for line in str(error).splitlines() if 'GLOBAL' in line),
                       _first_line(error))
        raise ValueError(f'checkpoint {printable(path)} is damaged, or holds objects other than tensors and '
                         f'plain values, which are refused because reading them could run code '
                         f'({refused}). Save its weights alone, or take another file') from error
    except Exception as error:  # readers raise whatever a broken byte makes of their state
        raise _unreadable(path, error) from error


def _existing(path: str | Path) -> str:
    path = os.path.expanduser(str(path))
    if not os.path.isfile(path):
        raise FileNotFoundError(f'checkpoint {printable(path)} not found')
    return path


def _unreadable(path, error):
    return ValueError(f'checkpoint {printable(path)} cannot be read; it may be damaged or cut short: '
                      f'{_first_line(error)}')


def _first_line(error):
    return f'{type(error).__name__}: {error}'.splitlines()[0]


def state_dict_of(checkpoint: dict[str, Any], path: str | Path) -> dict[str, torch.Tensor]:
    """The state dict inside mmengine's, detectron2's or a plain checkpoint; ValueError if none."""
    for key in ('state_dict', 'model'):
        if isinstance(checkpoint, dict) and isinstance(checkpoint.get(key), dict):
            checkpoint = checkpoint[key]
            break
    if not isinstance(checkpoint, dict) or not checkpoint:
        raise ValueError(f'checkpoint {printable(path)} holds no state dict')
    odd = [k for k, v in checkpoint.items() if not torch.is_tensor(v) or not isinstance(k, str)]
    if odd:
        raise ValueError(f'checkpoint {printable(path)}: entries that are no tensors: {odd[:5]}')
    return checkpoint


def say_not_finite(state: dict[str, torch.Tensor], source: str | Path) -> None:
    """One warning line where weights are NaN or infinite, with the first of them.

    Args:
        state (dict): its tensors are looked at; masks of attention are infinite on purpose.
        source (str): where it comes from.
    """
    broken = [name for name, value in state.items()
              if torch.is_tensor(value) and value.dtype in CHECKED and not name.endswith('attn_mask')
              and not torch.isfinite(value).all()]
    if broken:
        print_log(f'{printable(source)}: {len(broken)} of {len(state)} weights are NaN or infinite, first '
                  f'{printable(broken[0])}; what the model predicts with them means nothing',
                  'current', logging.WARNING)
