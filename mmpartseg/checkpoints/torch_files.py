"""Files of ``torch.save``: their checksums, which torch does not look at, and what they may hold."""
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import torch

from ..printable import printable
from .hashes import FileRefused

MAGIC = b'PK\x03\x04'  # torch takes a file that begins otherwise for the format of before 1.6
# the one thing that torch reads as plain data and whose size is not bounded by the file's
GROWING = re.compile(rb'c(__builtin__|builtins)\nbytearray\n')
PIECE, MOST_ENTRIES = 2**20, 2**21


def check_torch_file(path: str, vouched: bool) -> None:
    """Compare every entry with its checksum.

    Args:
        path (str): of the file.
        vouched (bool): its SHA-256 is known to be right, so that it needs no checksums inside.

    Raises:
        FileRefused: an entry is damaged, compressed or there twice; TorchScript, which is code; a format
            without checksums that nobody vouches for.
    """
    with open(path, 'rb') as file:
        is_zip = file.read(len(MAGIC)) == MAGIC
    if is_zip:
        _check_entries(path)
    elif not vouched:
        raise FileRefused(
            f'checkpoint {printable(path)} is damaged, or of the format of before torch 1.6, which has no '
            'checksums. If you trust it, write it anew: python -c "import torch; torch.save(torch.load('
            "'OLD', weights_only=True), 'NEW')\"; or end its name with the first digits of the SHA-256 that "
            'its publisher states, as in name-1a2b3c4d.pth')


def _check_entries(path):
    try:
        with zipfile.ZipFile(path) as file:
            problem = _problem_of(file.infolist())
            if problem is None and any(_read_through(file, entry) for entry in file.infolist()):
                problem = 'holds a bytearray, which could take any amount of memory'
    except Exception as error:  # readers raise whatever a broken byte makes of their state
        raise FileRefused(f'checkpoint {printable(path)} cannot be read; it is damaged or cut short: '
                          f'{printable(error)}') from error
    if problem is not None:
        raise FileRefused(f'checkpoint {printable(path)} {problem}: refused')


def _problem_of(entries):
    """What the directory of a zip file says that torch.save never writes, or None."""
    names = [entry.filename.lower() for entry in entries]  # as torch's reader looks them up
    if any(name.endswith('/constants.pkl') for name in names):
        return ('is a TorchScript archive, which holds code (if you trust it, take its weights alone: '
                'python -c "import torch; torch.save(torch.jit.load(\'OLD\').state_dict(), \'NEW\')")')
    packed = [entry.filename for entry in entries if entry.compress_type != zipfile.ZIP_STORED]
    if packed:
        return f'has compressed entries ({printable(packed[0])}), which could take any amount of memory'
    return 'has two entries of one name' if len(set(names)) < len(names) else None


def _read_through(file, entry):
    """Raise unless an entry has its checksum; whether it is a pickle that could grow."""
    with file.open(entry) as content:  # compares at the end
        if entry.filename.endswith('/data.pkl'):
            return GROWING.search(content.read()) is not None
        while content.read(PIECE):
            pass
    return False


def load_torch_file(path: str, map_location: str | torch.device | None) -> dict[str, Any]:
    """The content of a file that :func:`check_torch_file` has let pass; tensors and plain values.

    Raises:
        FileRefused: a tensor that is larger than what the file holds of it, or that is sparse, nested or
            without values; as of :func:`tensors_in`.
    """
    content = torch.load(path, map_location=map_location, weights_only=True)
    for tensor in _tensors_of(content, path):
        if tensor.layout != torch.strided or tensor.is_nested or tensor.is_meta:
            raise FileRefused(f'checkpoint {printable(path)} holds a tensor that is sparse, nested or '
                              'without values: refused. Save weights as plain tensors')
        if tensor.nbytes > tensor.untyped_storage().nbytes():
            raise FileRefused(f'checkpoint {printable(path)} holds a tensor of shape {tuple(tensor.shape)}, '
                              'more than what is stored of it, which could take any amount of memory: '
                              'refused. Save a clone of it')
    return content


def _tensors_of(content, path):
    try:
        yield from tensors_in(content)
    except FileRefused as error:
        raise FileRefused(f'checkpoint {printable(path)}: {error}: refused') from error


def tensors_in(content: Any) -> Iterator[torch.Tensor]:
    """Iterator over the tensors in dictionaries, lists and tuples, however deep.

    Raises:
        FileRefused: very many entries. A few bytes can put one dictionary in many places, even into itself.
    """
    waiting, left = [content], MOST_ENTRIES
    while waiting:
        each, left = waiting.pop(), left - 1
        if left < 0:
            raise FileRefused(f'the entries that its content stands for are more than {MOST_ENTRIES}')
        if torch.is_tensor(each):
            yield each
        elif isinstance(each, dict):
            waiting += each.values()
        elif isinstance(each, (list, tuple)):
            waiting += each
