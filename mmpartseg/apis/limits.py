"""What one visitor of a page that many share may ask for, and the answer to those who ask for more."""
import os
from pathlib import Path
from typing import Any

import numpy as np

from ..pictures import pixel_limit
from ..printable import counted, printable
from ..taxonomy import PartTaxonomy
from .images import read_content, read_image
from .vocabulary import parse_vocabulary

MOST_TEXT = 20_000  # characters
MOST_NAMES = 500  # classes
MOST_NAME = 200  # characters of an object's name
MOST_BYTES = 20 * 2**20  # of an uploaded file
MOST_PIXELS = 2**25  # a camera's 33 megapixels; 0.4 GB while they are read


def visitors_vocabulary(text: str) -> PartTaxonomy:
    """:func:`parse_vocabulary` of a text that anybody may have typed.

    Raises:
        ValueError: too long, too many names, or as of :func:`read_vocabulary`.
    """
    if len(text) > MOST_TEXT:
        raise ValueError(f'the vocabulary has {len(text)} characters; up to {MOST_TEXT} are taken here')
    taxonomy = parse_vocabulary(text)
    if len(taxonomy) > MOST_NAMES:
        raise ValueError(f"the vocabulary has {counted(len(taxonomy), 'part')}; up to {MOST_NAMES} are taken "
                         'here')
    return taxonomy


def visitors_object(text: str) -> str | None:
    """The object's name that anybody may have typed, None for none; ValueError if it is too long."""
    if len(text) > MOST_NAME:
        raise ValueError(f"the object's name has {len(text)} characters; up to {MOST_NAME} are taken here")
    return text.strip() or None


def visitors_picture(image: Any) -> np.ndarray:
    """:func:`read_image` of what anybody may have sent: the path of the upload, or a PIL image.

    Raises:
        ValueError: too many bytes or pixels, or as of :func:`read_image`.
    """
    if isinstance(image, (str, os.PathLike)):
        if not os.path.isfile(image):
            raise ValueError('the upload is not there any more; drop the picture again')
        size = os.path.getsize(image)
        if size > MOST_BYTES:
            raise ValueError(f'{printable(os.path.basename(image))} has {size / 2**20:.1f} MB; up to '
                             f'{MOST_BYTES // 2**20} MB are taken here')
        # by its own name: where an upload lies is nobody's business
        return read_content(Path(image).read_bytes, os.path.basename(image), pixel_limit(MOST_PIXELS))
    return read_image(image, limit=pixel_limit(MOST_PIXELS))
