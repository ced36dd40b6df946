"""Pictures and videos from what a user names: files, folders, patterns."""
import glob
import os
from pathlib import Path

IMAGE_TYPES = ('.jpg', '.jpeg', '.jpe', '.png', '.bmp', '.tif', '.tiff', '.webp', '.gif', '.ppm',
               '.pgm', '.jp2')
VIDEO_TYPES = ('.mp4', '.m4v', '.avi', '.mov', '.mkv', '.webm', '.mpg', '.mpeg')


def find_sources(inputs):
    """Files of images and videos, each once, in the order in which they are named.

    Args:
        inputs (Sequence[str | Path]): files (taken as they are), folders (their images and videos,
            sorted, not those of sub-folders) and patterns such as ``'photos/**/*.jpg'``.

    Returns:
        list[str]: the files.

    Raises:
        FileNotFoundError: a folder without an image, a pattern that matches nothing.
    """
    found = [path for name in inputs for path in _expand(str(name))]
    return list(dict.fromkeys(found))


def is_video(path):
    """Whether a file's name ends like a video's."""
    return path.lower().endswith(VIDEO_TYPES)


def _expand(name):
    if os.path.isdir(name):
        files = sorted(str(p) for p in Path(name).iterdir()
                       if p.is_file() and p.name.lower().endswith(IMAGE_TYPES + VIDEO_TYPES)
                       and not p.name.startswith('.'))
        if not files:
            raise FileNotFoundError(f"folder '{name}' holds no image and no video")
        return files
    if os.path.exists(name) or not glob.has_magic(name):
        return [name]
    files = sorted(path for path in glob.glob(name, recursive=True) if os.path.isfile(path))
    if not files:
        raise FileNotFoundError(f"no file matches '{name}'")
    return files
