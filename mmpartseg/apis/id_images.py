"""Images whose values are numbers: object masks and ground truth."""
from pathlib import Path

import numpy as np
from PIL import Image


def read_ids(path, stem, what):
    """The numbers of one picture.

    Args:
        path (str | Path): a gray or palette image, or a folder that holds it as ``<stem>.png``.
        stem (str): of the picture's file name.
        what (str): for messages.

    Returns:
        ndarray: (H, W) integers or bool.

    Raises:
        FileNotFoundError: there is none.
        ValueError: it has colours; it is no image.
    """
    path = Path(path)
    path = path / f'{stem}.png' if path.is_dir() else path
    if not path.is_file():
        raise FileNotFoundError(f"there is no {what} '{path}'")
    try:
        with Image.open(path) as image:
            ids = np.asarray(image)
    except (OSError, SyntaxError) as error:
        raise ValueError(f"{what} '{path}' cannot be read ({error})") from error
    if ids.ndim == 3:
        gray = ids[..., :3] if ids.shape[2] > 2 else ids[..., :1]  # without opacity
        ids = gray[..., 0] if (gray == gray[..., :1]).all() else ids
    if ids.ndim != 2:
        raise ValueError(f"{what} '{path}' has colours; save it as a gray or palette image")
    return ids
