"""Files that are complete or absent, whenever the process ends."""
import os
import re
from pathlib import Path

from .printable import printable


def write_atomic(path: str | Path, data: bytes) -> None:
    """Write bytes under a temporary name beside ``path``, then rename: never half a file.

    What is written is on the disk before the old file goes, also where the machine loses its power.

    Raises:
        OSError: the disk is full, or the folder cannot be written to; names the file.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f'.{path.name}.{os.getpid()}.tmp')
    try:
        with temporary.open('wb') as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        _flush(path.parent)
    except OSError as error:  # of a full disk, which names no file
        raise OSError(error.errno, f'cannot be written: {error.strerror}', printable(path)) from error
    finally:
        temporary.unlink(missing_ok=True)


def put_in_place(finished: str | Path, path: str | Path) -> None:
    """Give a file, or a folder, its name when all of it is on the disk."""
    if os.path.isdir(finished):
        os.sync()
    else:
        _flush(finished)
    os.replace(finished, path)
    _flush(Path(path).absolute().parent)


def _flush(path: str | Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_leftovers(folder: str | Path) -> None:
    """Delete what writers that were killed left behind below ``folder``."""
    for path in Path(folder).rglob('.*.tmp'):
        if re.fullmatch(r'\..+\.\d+\.tmp', path.name):
            path.unlink(missing_ok=True)
