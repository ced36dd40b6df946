"""Pictures side by side under titles, and the file they go to."""
import io
from pathlib import Path

import numpy as np
from PIL import Image

from ..atomic import write_atomic
from ..printable import counted
from .checks import check_image
from .sizes import font_size
from .text import text_block

MARGIN = 8  # pixels of white between pictures
TITLE_SIZE = 16  # at least; of large pictures that of their names
FORMATS = {'.png': 'PNG', '.jpg': 'JPEG', '.jpeg': 'JPEG'}


def save_grid(rows, titles, path, footer=None):
    """Write rows of pictures under column titles into one file.

    Args:
        rows (Sequence[Sequence]): per row one picture (h, w, 3) uint8 RGB, or None, per title.
        titles (Sequence[str]): of the columns; long ones are wrapped.
        path (str | Path): ``.png``, ``.jpg`` or ``.jpeg``; its folder is made if missing.
        footer (np.ndarray, optional): (h, w, 3) uint8 put below, as made by :func:`legend`.

    Raises:
        ValueError: a row has another length than `titles`; no picture; an unknown file type.
        OSError: the file cannot be written.
    """
    picture = make_grid(rows, titles)
    save_picture(picture if footer is None else stack([picture, footer]), path)


def make_grid(rows, titles):
    """The picture that :func:`save_grid` writes: (h, w, 3) uint8, white between the panels."""
    for row in rows:
        if len(row) != len(titles):
            raise ValueError(f"each row needs {counted(len(titles), 'picture')}, one per title "
                             f'{list(titles)}, got {len(row)}')
    rows = [[None if p is None else check_image(p) for p in row] for row in rows]
    widths = [max((row[c].shape[1] for row in rows if row[c] is not None), default=0)
              for c in range(len(titles))]
    if not any(widths):
        raise ValueError('a grid needs at least one picture, got none')
    size = max(TITLE_SIZE, *(font_size(p) for row in rows for p in row if p is not None))
    heads = [text_block(title, size, max(width, size)) for title, width in zip(titles, widths)]
    return stack([_side_by_side(row, widths) for row in [heads, *rows]])


def stack(pictures):
    """Pictures of any width below one another, centred on white: (h, w, 3) uint8."""
    width = max(picture.shape[1] for picture in pictures)
    return np.concatenate([_centred(picture, picture.shape[0] + MARGIN, width)
                           for picture in pictures])


def save_picture(picture, path):
    """Write a picture, whole or not at all.

    Args:
        picture (np.ndarray): (H, W, 3) uint8 RGB.
        path (str | Path): ``.png``, ``.jpg`` or ``.jpeg``; its folder is made if missing.

    Raises:
        ValueError: unknown file type.
        OSError: the file cannot be written.
    """
    path = Path(path)
    kind = FORMATS.get(path.suffix.lower())
    if kind is None:
        raise ValueError(f"cannot write a picture as '{path}': its name must end with one of "
                         f'{sorted(FORMATS)}')
    buffer = io.BytesIO()
    Image.fromarray(check_image(picture)).save(buffer, kind)
    try:
        write_atomic(path, buffer.getvalue())
    except OSError as error:
        raise OSError(f"cannot write the picture '{path}' ({error.strerror}); "
                      'give a folder that can be written to') from error


def _side_by_side(row, widths):
    blank = np.zeros((0, 0, 3), np.uint8)
    row = [blank if picture is None else picture for picture in row]
    height = max(picture.shape[0] for picture in row)
    cells = [_centred(picture, height, max(width, picture.shape[1]) + MARGIN)
             for picture, width in zip(row, widths)]
    return np.concatenate(cells, 1)


def _centred(picture, height, width):
    """The picture in the middle of a white sheet of the given size."""
    sheet = np.full((height, width, 3), 255, np.uint8)
    top, left = (height - picture.shape[0]) // 2, (width - picture.shape[1]) // 2
    sheet[top:top + picture.shape[0], left:left + picture.shape[1]] = picture
    return sheet
