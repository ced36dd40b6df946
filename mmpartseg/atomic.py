"""Files that are complete or absent, whenever the process ends."""
import os
import re
from pathlib import Path


def write_atomic(path: str | Path, data: bytes) -> None:
    """Write bytes under a temporary name beside ``path``, then rename: never half a file.

    What is written is on the disk before the old file goes, also where the machine loses its power.
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
        _flush_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_leftovers(folder: str | Path) -> None:
    """Delete what writers that were killed left behind below ``folder``."""
    for path in Path(folder).rglob('.*.tmp'):
        if re.fullmatch(r'\..+\.\d+\.tmp', path.name):
            path.unlink(missing_ok=True)
