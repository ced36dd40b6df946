"""Files that are complete or absent, whenever the process ends."""
import os
import re
from pathlib import Path


def write_atomic(path, data):
    """Write bytes under a temporary name beside ``path``, then rename: never half a file."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f'.{path.name}.{os.getpid()}.tmp')
    try:
        temporary.write_bytes(data)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def remove_leftovers(folder):
    """Delete what writers that were killed left behind below ``folder``."""
    for path in Path(folder).rglob('.*.tmp'):
        if re.fullmatch(r'\..+\.\d+\.tmp', path.name):
            path.unlink(missing_ok=True)
