"""Label maps as files: their ids, read exactly."""
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from ..orientation import orientation_of, stored_again
from ..pictures import opened
from ..printable import printable
from ..regular_files import file_content

# Pillow's modes with one channel of whole numbers. A 1-bit gray PNG ('1') holds 0 and 255: lossless
# optimisers store an 8-bit map of those two values so. 'I' is what older Pillow makes of 16 bits.
SINGLE_CHANNEL_MODES = ('1', 'L', 'P', 'I;16', 'I;16B', 'I')
LOSSY_FORMATS = ('JPEG', 'MPO', 'WEBP', 'JPEG2000')
LOSSY_COMPRESSIONS = ('jpeg', 'tiff_jpeg', 'webp')  # within TIFF
STORED_DTYPES = (np.dtype('uint8'), np.dtype('uint16'))


class StoredMap(NamedTuple):
    """A label file.

    Attributes:
        ids (ndarray): (h, w) as stored, uint8 or uint16.
        orientation (int): its EXIF orientation, not applied.
        palette (ndarray | None): (n, 3) uint8, the colours that a palette file shows its values in.
    """
    ids: np.ndarray
    orientation: int
    palette: np.ndarray | None


def read_label_map(path: str | Path, backend_args: dict[str, Any] | None = None) -> np.ndarray:
    """The stored ids of an 8- or 16-bit PNG, gray or palette, unchanged.

    Returns:
        ndarray: (H, W), uint8 or uint16 as stored.

    Raises:
        FileNotFoundError: no such file.
        ValueError: names the file: it cannot be decoded, is too large, has more than one channel, or
            was compressed with losses.
    """
    return read_stored(path, backend_args).ids


def read_stored(path: str | Path, backend_args: dict[str, Any] | None = None) -> StoredMap:
    """The :class:`StoredMap` of a file; arguments and errors are those of :func:`read_label_map`."""
    try:
        with opened(file_content(path, backend_args)) as image:
            lossy = is_lossy(image)
            kind, mode, orientation = image.format, image.mode, orientation_of(image)
            if not lossy and mode in SINGLE_CHANNEL_MODES:
                image.load()
                ids = np.asarray(image.convert('L') if mode == '1' else image)
                palette = image.getpalette('RGB') if mode == 'P' else None
                if orientation != orientation_of(image):  # Pillow has turned it
                    ids = stored_again(ids, orientation)
    except FileNotFoundError:
        raise
    except Exception as error:  # decoders raise whatever a broken byte makes of their state
        raise ValueError(f'label map {printable(path)} cannot be read ({type(error).__name__}: {error}); '
                         'write it again as an 8- or 16-bit PNG') from error
    if lossy:
        raise ValueError(f'label map {printable(path)} holds {kind} data, whatever its name says, with '
                         'compression that changes ids (most of all along borders). Make it again from the '
                         'annotations as an 8- or 16-bit PNG; converting this file does not bring the ids '
                         'back')
    if mode not in SINGLE_CHANNEL_MODES:
        raise ValueError(f'label map {printable(path)} has mode {mode}; expected one channel of ids: '
                         'an 8- or 16-bit gray PNG, or a palette PNG')
    return StoredMap(_sixteen_bits(ids, path) if mode.startswith('I') else ids, orientation,
                     None if palette is None else np.array(palette, np.uint8).reshape(-1, 3))


def is_lossy(image: Image.Image) -> bool:
    """Whether a PIL image comes from a file whose compression changes ids."""
    return image.format in LOSSY_FORMATS or image.info.get('compression') in LOSSY_COMPRESSIONS


def _sixteen_bits(ids, path):
    if ids.min() < 0 or ids.max() > np.iinfo(np.uint16).max:
        raise ValueError(f'label map {printable(path)} holds values from {ids.min()} to {ids.max()}; '
                         'expected ids of 8 or 16 bits')
    return ids.astype(np.uint16)


def smallest_dtype(num_classes: int) -> type:
    """The type of a saved label map with ids 0 to K, K for background: uint8 or uint16.

    It follows from the number of classes, so that all files of a run have one depth, and leaves the
    type's highest value free, which means "ignored" wherever label maps are read.
    """
    return np.uint8 if num_classes < np.iinfo(np.uint8).max else np.uint16
