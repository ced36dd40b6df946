"""``.npz`` files of weights, which timm and open_clip read themselves: numpy looks at their checksums."""
import os
import zipfile

from ..printable import printable
from .hashes import FileRefused, check_stated_hash

NPZ = '.npz'
MOST = 4  # times the size of the file; weights hardly shrink when they are compressed


def check_npz(path: str) -> None:
    """Compare a file with the SHA-256 that is stated for it, and look at the size of what is in it.

    Raises:
        FileRefused: another SHA-256; no ``.npz`` file; a few bytes that stand for very many.
    """
    check_stated_hash(path)
    try:
        with zipfile.ZipFile(path) as file:
            size = sum(entry.file_size for entry in file.infolist())
    except Exception as error:  # readers raise whatever a broken byte makes of their state
        raise FileRefused(f'checkpoint {printable(path)} cannot be read; it is damaged or cut short: '
                          f'{printable(error)}') from error
    if size > MOST * os.path.getsize(path):
        raise FileRefused(f'checkpoint {printable(path)} has compressed entries of {size} bytes, which could '
                          'take any amount of memory: refused')
