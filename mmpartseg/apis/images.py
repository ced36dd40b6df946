"""One person's picture, in whatever form it comes, as mmseg's pipelines want it."""
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine import fileio
from PIL import Image, UnidentifiedImageError

from ..pictures import MOST_PIXELS, TOP, decode_picture, missing_reader, pixel_limit, to_bgr
from ..printable import printable
from ..regular_files import file_content

CHANNEL_ORDERS = ('bgr', 'rgb')
WEB, ADDRESS = ('http://', 'https://', 'ftp://'), re.compile(r'[A-Za-z][\w+.-]*://')


def read_image(image: Any, channel_order: str = 'bgr', limit: int | None = None) -> np.ndarray:
    """An image as (H, W, 3) uint8 in BGR order.

    Files and PIL images are turned upright by their EXIF orientation; transparent pixels show
    white; of 16 bits the upper 8 are kept; gray floats of 0 to 1 become 0 to 255.

    Args:
        image (str | Path | PIL.Image.Image | ndarray | Tensor): a file, or pixels: arrays (H, W),
            (H, W, 1), (H, W, 3) or (H, W, 4) of type uint8, uint16 or bool; tensors (C, H, W) in RGB, as
            torchvision has them, of these types or floats of 0 to 1, on any device.
        channel_order (str): ``'bgr'`` or ``'rgb'``, of arrays with colour.
        limit (int, optional): most pixels of a file or PIL image, see :mod:`mmpartseg.pictures`.

    Raises:
        FileNotFoundError: no such file.
        ValueError: the file cannot be decoded, or the array is no image; names file or shape.
        TypeError: none of these types.
    """
    limit = pixel_limit(MOST_PIXELS) if limit is None else limit
    if isinstance(image, Image.Image):
        if image.width * image.height > limit:
            raise ValueError(f'an image of {image.width}x{image.height} pixels exceeds the limit of {limit}')
        image.load()
        return to_bgr(image)
    if isinstance(image, (str, Path)):
        return _read_file(str(image), limit)
    if torch.is_tensor(image):
        return read_image(_array_of(image), 'rgb')
    if not isinstance(image, np.ndarray):
        raise TypeError('an image must be a path, an array, a tensor or a PIL image, got '
                        f'{type(image).__name__}')
    if channel_order not in CHANNEL_ORDERS:
        raise ValueError(f'channel_order must be one of {CHANNEL_ORDERS}, got {channel_order!r}')
    pixels = _eight_bit(image)
    if channel_order == 'bgr' and pixels.shape[2] > 2:
        pixels = pixels[..., [2, 1, 0, *range(3, pixels.shape[2])]]
    return to_bgr(Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels))


def _read_file(path, limit):
    shown = printable(path)
    if is_url(path):
        raise ValueError(f'{shown} is a URL, and nothing is fetched: ' + (
            f"download it first, for example with curl -LO '{shown}'" if path.lower().startswith(WEB)
            else 'give the path of a file'))
    if not fileio.exists(path):
        raise FileNotFoundError(f'there is no image {shown or repr(shown)}')
    return read_content(lambda: file_content(path), path, limit)


def is_url(path: str) -> bool:
    """Whether a name is an address, of something on the web or elsewhere."""
    return bool(ADDRESS.match(path))


def read_content(get: Callable[[], bytes], path: str, limit: int | None = None) -> np.ndarray:
    """The picture in the content of a file, as of :func:`read_image`.

    Args:
        get (Callable): returns the bytes.
        path (str): what messages call it.
        limit (int, optional): most pixels, see :func:`read_image`.
    """
    shown, content = printable(path), b''
    try:
        content = get()
        return decode_picture(content, pixel_limit(MOST_PIXELS) if limit is None else limit)[0]
    except UnidentifiedImageError as error:
        reason = missing_reader(content) or 'its content is no known type' if content else 'the file is empty'
        raise ValueError(f'image {shown} cannot be read: {reason}') from error
    except Exception as error:  # decoders raise whatever a broken byte makes of their state
        reason = f'{type(error).__name__}: {error}'.strip()
        raise ValueError(f'image {shown} cannot be read ({reason})') from error


def _array_of(tensor):
    """(H, W, C) array of a tensor image; ValueError unless it is one."""
    if tensor.ndim != 3 or tensor.shape[0] not in (1, 3, 4):
        raise ValueError('a tensor image must be (1, H, W), (3, H, W) or (4, H, W), channels first, got '
                         f'shape {tuple(tensor.shape)}')
    tensor = tensor.detach().cpu()
    if tensor.is_floating_point():
        if not (0 <= tensor.min() and tensor.max() <= 1):  # also false for nan
            raise ValueError('a tensor image of floats must lie in 0..1, got '
                             f'{tensor.min():.3g}..{tensor.max():.3g}; undo its normalisation')
        tensor = (tensor.float() * TOP).round().to(torch.uint8)
    return tensor.permute(1, 2, 0).numpy()


def _eight_bit(array):
    """(H, W, C) uint8 of an array image; ValueError unless it is one."""
    array = array[..., None] if array.ndim == 2 else array
    if array.ndim != 3 or array.shape[2] not in (1, 3, 4) or not array.size:
        raise ValueError('an array image must be (H, W), (H, W, 1), (H, W, 3) or (H, W, 4) with '
                         f'H, W > 0, got shape {array.shape}')
    if array.dtype not in (np.uint8, np.uint16, bool):
        raise ValueError('an array image must be uint8 (0..255), uint16 or bool, got '
                         f'{array.dtype}; scale and convert it first')
    if array.dtype == bool:
        return array * np.uint8(TOP)
    return array if array.dtype == np.uint8 else (array >> 8).astype(np.uint8)
