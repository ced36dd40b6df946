"""``.safetensors`` with a checksum: the format has none, so it goes into the metadata that it allows."""
import hashlib
import json
import logging
from pathlib import Path

import torch
from mmengine.logging import print_log
from safetensors.torch import load, save

from ..atomic import write_atomic
from ..printable import printable
from .hashes import FileRefused

KEY = 'sha256_of_tensors'
LENGTH = 8  # bytes of the header's length, little-endian
METADATA = '__metadata__'


def save_safetensors(state: dict[str, torch.Tensor], path: str | Path) -> None:
    """Write tensors with their checksum, see :func:`safetensors_bytes`; whole or not at all.

    Args:
        state: contiguous tensors on any device.
        path: its folder is made when missing.

    Raises:
        OSError: the disk is full, or the folder cannot be written to.
    """
    write_atomic(path, safetensors_bytes(state))


def safetensors_bytes(state: dict[str, torch.Tensor]) -> bytes:
    """The content of a ``.safetensors`` file with the SHA-256 of names, shapes, types and bytes in it."""
    state = {name: value.detach().cpu() for name, value in state.items()}
    metadata = dict(format='pt')
    metadata[KEY] = digest_of(save(state, metadata))
    return save(state, metadata)


def load_safetensors(path: str | Path, device: str, vouched: bool) -> dict[str, torch.Tensor]:
    """The tensors of a file, after a look at its checksum.

    A file that has none, and that nobody vouches for, is read with a warning.

    Args:
        path (str): of the file.
        device (str): where they go.
        vouched (bool): its SHA-256 is known to be right.

    Raises:
        FileRefused: the checksum is another.
    """
    content = Path(path).read_bytes()
    check_safetensors(path, content, vouched)
    return {name: value.to(device) for name, value in load(content).items()}


def check_safetensors(path: str | Path, content: bytes, vouched: bool) -> None:
    """Compare the bytes of a file with its checksum; see :func:`load_safetensors`."""
    stated = _header(content)[0].get(METADATA, {}).get(KEY)
    if stated is not None and stated != digest_of(content):
        raise FileRefused(f'checkpoint {printable(path)} does not have the checksum in its metadata: it is '
                          'damaged; take another copy')
    if stated is None and not vouched:
        print_log(f'{printable(path)} has no checksum inside and none is stated for it (card.json, or the '
                  'first digits of its SHA-256 at the end of its name), so damage to it would go unnoticed',
                  'current', logging.WARNING)


def digest_of(content: bytes) -> str:
    """SHA-256 of the tensors in the bytes of a file: names, shapes, types, places and values."""
    header, data = _header(content)
    header.pop(METADATA, None)
    digest = hashlib.sha256(json.dumps(header, sort_keys=True).encode())
    digest.update(data)
    return digest.hexdigest()


def _header(content):
    end = LENGTH + int.from_bytes(content[:LENGTH], 'little')
    header = json.loads(content[LENGTH:end])
    if not isinstance(header, dict) or not isinstance(header.get(METADATA, {}), dict):
        raise ValueError('its header is no dictionary')
    return header, memoryview(content)[end:]
