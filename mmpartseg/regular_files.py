"""Files, and nothing that only looks like one: a pipe or a device may never come to an end."""
import os
from pathlib import Path
from typing import Any

from mmengine import fileio


def file_content(path: str | Path, backend_args: dict[str, Any] | None = None) -> bytes:
    """The bytes of a file, here or in another backend of mmengine.

    Raises:
        FileNotFoundError: no such file.
        ValueError: as of :func:`check_regular`.
    """
    check_regular(path)
    return fileio.get(path, backend_args=backend_args)


def check_regular(path: str | Path) -> None:
    """ValueError for what is here and no file: a pipe, a device, a folder, maybe behind a link."""
    if os.path.exists(path) and not os.path.isfile(path):
        raise ValueError('it is no regular file')
