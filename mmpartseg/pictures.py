"""The one way in which picture files are read: by their content, upright, on white, within a limit.

Training, testing, ``tools/predict.py``, the web page and ``check.py`` all come through here.
"""
import contextlib
import functools
import importlib.util
import io
import os
import struct
import threading
import zlib

import numpy as np
from PIL import Image, features

from .orientation import orientation_of, turned
from .regular_files import file_content

# Decided by content, whatever the name; some of Pillow's other formats start programs (EPS).
FORMATS = ('JPEG', 'PNG', 'BMP', 'TIFF', 'WEBP', 'GIF', 'PPM', 'JPEG2000')
HEIF_BRANDS = (b'ftyphei', b'ftyphev', b'ftypmif1', b'ftypmsf1')  # of HEIC files, from the fifth byte
NO_HEIF = "it is a HEIC picture, which needs pillow-heif: pip install pillow-heif (the extra 'heif')"
NO_AVIF = 'it is an AVIF picture, which this Pillow cannot read: pip install --upgrade pillow'
BRANDED = (('HEIF', HEIF_BRANDS, NO_HEIF), ('AVIF', (b'ftypavif', b'ftypavis'), NO_AVIF))
MOST_PIXELS = 2**27  # 1.4 GB at 10.5 bytes a pixel, the most that reading took (RGB, turned)
SETTING = 'MMPARTSEG_MAX_PIXELS'
PAPER, STRIP = 'white', 2**20  # what transparent pixels show; pixels converted at a time
PNG_SIGNATURE, CHUNK, CHECKSUM = b'\x89PNG\r\n\x1a\n', struct.Struct('>I4s'), struct.Struct('>I')
TOP, _guard = np.iinfo(np.uint8).max, threading.Lock()


def pixel_limit(default=MOST_PIXELS):
    """Pixels that a picture may have: the environment's ``MMPARTSEG_MAX_PIXELS``, or the default.

    Raises:
        ValueError: the variable is no positive number.
    """
    text = os.environ.get(SETTING, str(default))
    if not text.isdecimal() or int(text) < 1:
        raise ValueError(f'{SETTING}={text}: expected a number of pixels')
    return int(text)


@functools.cache
def formats():
    """The formats that can be read here: AVIF with a newer Pillow, HEIC with pillow-heif."""
    found = (*FORMATS, 'AVIF') if features.check('avif') else FORMATS
    if importlib.util.find_spec('pillow_heif') is not None:
        import pillow_heif
        pillow_heif.register_heif_opener()
        found += ('HEIF', )
    return found


def missing_reader(content):
    """What ails a HEIC or AVIF file, by its first bytes: no reader here, or damage; None for other files."""
    for name, brands, missing in BRANDED:
        if content[4:].startswith(brands):
            return f'it is damaged or cut short, by its first bytes {name}' if name in formats() else missing
    return None


@contextlib.contextmanager
def opened(source, limit=None):
    """The PIL image in a file; its pixels are not read yet. A PNG has its checksums verified.

    Args:
        source (bytes | str | Path): the content of the file, or its path.
        limit (int, optional): most pixels; :func:`pixel_limit` by default.

    Raises:
        PIL.UnidentifiedImageError: none of the formats.
        ValueError: no regular file; more pixels than the limit; a PNG that is damaged or cut short.
    """
    limit = pixel_limit() if limit is None else limit
    content = source if isinstance(source, bytes) else file_content(source)
    with _guard:  # Pillow's own limit is one for all threads, and below what cameras take
        before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            image = Image.open(io.BytesIO(content), formats=formats())
        finally:
            Image.MAX_IMAGE_PIXELS = before
    with image:
        pixels = image.width * image.height
        if pixels > limit:
            raise ValueError(f'its size {image.width}x{image.height} ({pixels} pixels) exceeds limit of '
                             f'{limit}; the environment variable {SETTING} sets another')
        if image.format == 'PNG':
            check_png(content)
        yield image


def check_png(content):
    """ValueError unless every chunk of a PNG, up to the last, has its checksum; Pillow looks at a few."""
    start = len(PNG_SIGNATURE)
    while True:
        data = start + CHUNK.size
        if data > len(content):
            raise ValueError('it is cut short')
        length, name = CHUNK.unpack_from(content, start)
        end = data + length
        if end + CHECKSUM.size > len(content):
            raise ValueError('it is cut short')
        if zlib.crc32(memoryview(content)[data - len(name):end]) != CHECKSUM.unpack_from(content, end)[0]:
            raise ValueError(f'the checksum of its chunk {name} is wrong: it is damaged')
        if name == b'IEND':
            return
        start = end + CHECKSUM.size


def pages(source):
    """Pictures in a file: frames, or pages with the first one that is lost; 1 if it cannot be read."""
    found = 0
    with contextlib.suppress(Exception), opened(source) as image:  # decoders raise what a broken byte makes
        with contextlib.suppress(Exception):
            return getattr(image, 'n_frames', 1)
        while image.seek(found) is None:
            found += 1
    return found + 1


def read_page(source, index, limit=None):
    """One of the pictures of a file, (H, W, 3) uint8 BGR, as of :func:`decode_picture`; or ValueError.

    Args:
        source (bytes | str | Path), limit (int, optional): see :func:`opened`.
        index (int): of the frame or page.
    """
    try:
        with opened(source, limit) as image:
            image.seek(index)
            image.load()
            return to_bgr(image)
    except Exception as error:  # decoders raise whatever a broken byte makes of their state
        raise ValueError(f'it cannot be read ({type(error).__name__}: {error})') from error


def decode_picture(content, limit=None):
    """The pixels of a picture file.

    It is turned upright by its EXIF orientation; transparent pixels show white; of 16 bits the upper 8
    are kept; gray floats of 0 to 1 become 0 to 255.

    Args:
        content (bytes): of the file.
        limit (int, optional): see :func:`opened`.

    Returns:
        tuple[ndarray, int]: (H, W, 3) uint8 in BGR order, and the orientation that was followed.

    Raises:
        Exception: as of :func:`opened`, and whatever a decoder makes of a broken byte.
    """
    with opened(content, limit=limit) as image:
        orientation = orientation_of(image)
        image.load()
        return to_bgr(image), orientation


def to_bgr(image):
    """The pixels of a PIL image as of :func:`decode_picture`; few bytes more than the result."""
    convert = _eight_bits
    if image.mode == 'F':
        scale = _float_scale(image)
        convert = lambda strip: _from_floats(strip, scale)  # noqa: E731
    pixels = np.empty((image.height, image.width, 3), np.uint8)
    for top, bottom in _strips(image):
        strip = convert(image.crop((0, top, image.width, bottom)))
        if strip.has_transparency_data:
            strip = strip.convert('RGBA')
            strip = Image.alpha_composite(Image.new('RGBA', strip.size, PAPER), strip)
        pixels[top:bottom] = np.asarray(strip.convert('RGB'))[..., ::-1]
    return np.ascontiguousarray(turned(pixels, orientation_of(image)))


def _strips(image):
    rows = max(1, STRIP // image.width)
    return [(top, min(top + rows, image.height)) for top in range(0, image.height, rows)]


def _eight_bits(strip):
    if not strip.mode.startswith('I'):
        return strip
    # Pillow would clip 16-bit gray at the end of 8 bits
    gray = np.asarray(strip).astype(np.int64) >> 8
    return Image.fromarray(gray.clip(0, TOP).astype(np.uint8))


def _float_scale(image):
    """0 to 1 is scaled to 8 bits; other ranges are taken as they are."""
    values = (np.nan_to_num(np.asarray(image.crop((0, top, image.width, bottom))))
              for top, bottom in _strips(image))
    low, high = np.array([(v.min(), v.max()) for v in values]).T
    return TOP if low.min() >= 0 and high.max() <= 1 else 1


def _from_floats(strip, scale):
    values = np.nan_to_num(np.asarray(strip)) * scale
    return Image.fromarray(np.rint(values).clip(0, TOP).astype(np.uint8))
