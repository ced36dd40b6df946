"""Images whose values are numbers: object masks and ground truth."""
from pathlib import Path

import numpy as np

from ..datasets.label_files import is_lossy
from ..orientation import orientation_of, stored_again, turned, turned_like_image
from ..pictures import opened
from ..printable import printable


def read_ids(path: str | Path, stem: str, what: str, image: str | None = None,
             orientation: int | None = None, size: tuple[int, int] | None = None) -> np.ndarray:
    """The numbers of one picture, for its upright image.

    Args:
        path (str | Path): a gray or palette image, or a folder that holds it as ``<stem>.png``.
        stem (str): of the picture's file name.
        what (str): for messages.
        image (str, optional): the picture's file, if the numbers may have been drawn over its stored
            pixels; by default they belong to the upright picture.
        orientation (int), size (tuple[int, int]): its EXIF orientation and its (H, W) when upright.

    Returns:
        ndarray: (H, W) integers or bool, turned by the file's own EXIF orientation.

    Raises:
        FileNotFoundError: there is none.
        ValueError: it has colours; it is no image, or one that was compressed with losses; see also
            :func:`~mmpartseg.orientation.turned_like_image`.
    """
    path = Path(path)
    path = path / f'{stem}.png' if path.is_dir() else path
    if not path.is_file():
        raise FileNotFoundError(f"there is no {what} '{printable(path)}'")
    try:
        with opened(path) as file:
            own, lossy, kind = orientation_of(file), is_lossy(file), file.format
            file.load()
            ids = np.asarray(file)
            if own != orientation_of(file):  # Pillow has turned it
                ids = stored_again(ids, own)
    except Exception as error:  # decoders raise whatever a broken byte makes of their state
        raise ValueError(f"{what} '{printable(path)}' cannot be read ({error})") from error
    if lossy:
        raise ValueError(f"{what} '{printable(path)}' holds {kind} data, whose compression changes "
                         'numbers; save it as a gray or palette PNG from where it was drawn')
    if ids.ndim == 3:
        gray = ids[..., :3] if ids.shape[2] > 2 else ids[..., :1]  # without opacity
        ids = gray[..., 0] if (gray == gray[..., :1]).all() else ids
    if ids.ndim != 2:
        raise ValueError(f"{what} '{printable(path)}' has colours; save it as a gray or palette image")
    if image is None:
        return turned(ids, own)
    return turned_like_image(ids, own, orientation, size, f"{what} '{printable(path)}' and '{image}'")
