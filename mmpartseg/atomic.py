"""Files that are complete or absent, whenever the process ends."""
import contextlib
import errno
import os
import re
from collections.abc import Iterator
from pathlib import Path

from .printable import printable

FULL = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)


def write_atomic(path: str | Path, data: bytes | memoryview) -> None:
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


@contextlib.contextmanager
def naming_folder(folder: str | Path) -> Iterator[None]:
    """A disk that is full names no file where others write, mmengine its logs, say: name the folder."""
    try:
        yield
    except OSError as error:
        if error.filename is not None or error.errno not in FULL:
            raise
        raise OSError(error.errno, f'cannot be written: {error.strerror}',
                      f'a file in {printable(folder)}') from error


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
