"""Pictures and videos from what a user names: files, folders, patterns."""
import glob
import os
from collections.abc import Iterable
from pathlib import Path

from .images import is_url

IMAGE_TYPES = ('.jpg', '.jpeg', '.jpe', '.png', '.bmp', '.tif', '.tiff', '.webp', '.gif', '.ppm',
               '.pgm', '.jp2', '.avif', '.heic', '.heif')
VIDEO_TYPES = ('.mp4', '.m4v', '.avi', '.mov', '.mkv', '.webm', '.mpg', '.mpeg')


def find_sources(inputs: Iterable[str | Path], recursive: bool = False) -> list[str]:
    """Files of images and videos, each once, in the order in which they are named.

    Args:
        inputs (Sequence[str | Path]): files (taken as they are), folders (their images and videos,
            sorted) and patterns such as ``'photos/**/*.jpg'``.
        recursive (bool): look into the folders of folders too.

    Returns:
        list[str]: the files.

    Raises:
        FileNotFoundError: a folder without an image, a pattern that matches nothing.
    """
    found = [path for name in inputs for path in _expand(str(name), recursive)]
    return list(dict.fromkeys(found))


def skipped_files(inputs: Iterable[str | Path], recursive: bool = False) -> list[str]:
    """Files in the folders among the inputs that :func:`find_sources` leaves out: neither image nor video."""
    return [path for name in inputs if os.path.isdir(name) for path in _files(name, recursive)
            if not path.lower().endswith(IMAGE_TYPES + VIDEO_TYPES)]


def is_video(path: str) -> bool:
    """Whether a file's name ends like a video's."""
    return path.lower().endswith(VIDEO_TYPES)


def _files(folder, recursive):
    """Files of a folder that are not hidden, sorted."""
    paths = Path(folder).rglob('*') if recursive else Path(folder).iterdir()
    return sorted(str(path) for path in paths if path.is_file() and not any(
        part.startswith('.') for part in path.relative_to(folder).parts))


def _expand(name, recursive):
    if os.path.isdir(name):
        files = [path for path in _files(name, recursive)
                 if path.lower().endswith(IMAGE_TYPES + VIDEO_TYPES)]
        if not files:
            deeper = '' if recursive else '; --recursive looks into its folders too'
            raise FileNotFoundError(f"folder '{name}' holds no image and no video{deeper}")
        return files
    if os.path.exists(name) or not glob.has_magic(name) or is_url(name):
        return [name]
    files = sorted(path for path in glob.glob(name, recursive=True) if os.path.isfile(path))
    if not files:
        raise FileNotFoundError(f"no file matches '{name}'")
    return files
