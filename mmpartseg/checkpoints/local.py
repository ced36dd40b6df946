"""Files that are here: what ``load_from`` reads where no scheme is named."""
from pathlib import Path
from typing import Any

import torch

from ..printable import printable
from ..shipped import weights_path
from .read import read_checkpoint, say_not_finite
from .safe_schemes import safe_scheme


@safe_scheme('')
def load_from_local(filename: str | Path, map_location: str | torch.device | None = 'cpu') -> dict[str, Any]:
    """mmengine's loader of local files, with errors that name the file and no code run.

    The file may be one that ships with the package, see :func:`weights_path`.

    Raises:
        FileNotFoundError: no such file.
        ValueError: the file is damaged, or holds code, or no dictionary with names of weights.
    """
    checkpoint = read_checkpoint(weights_path(filename), map_location)
    if not isinstance(checkpoint, dict):
        raise ValueError(f'checkpoint {printable(filename)} holds a {type(checkpoint).__name__}; expected a '
                         'dictionary with the weights')
    if isinstance(checkpoint.get('meta'), dict):
        checkpoint['meta'].pop('config', None)  # a resuming Runner would run this text as Python
    state: Any = checkpoint.get('state_dict', checkpoint)
    if not isinstance(state, dict) or not all(isinstance(name, str) for name in state):
        raise ValueError(f'checkpoint {printable(filename)} holds no weights by name')
    if hasattr(state, '_metadata'):
        state._metadata.setdefault('', {})['source'] = str(filename)
    say_not_finite(state, filename)
    return checkpoint
