"""Files of the converters: every error names the file."""
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

from ...atomic import write_atomic
from ...pictures import opened

MACOS_PREFIX = '._'  # resource forks left by archives that were packed on macOS


def list_files(folder: Path, suffix: str | tuple[str, ...]) -> list[Path]:
    """Files of ``folder`` that end in ``suffix``, sorted, without the ``._*`` files of macOS.

    Raises:
        FileNotFoundError: the folder does not exist.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"there is no folder '{folder}'; data/README.md of the source shows the tree")
    return sorted(p for p in folder.iterdir()
                  if p.name.endswith(suffix) and not p.name.startswith(MACOS_PREFIX))


def write_label_map(path: Path, labels: np.ndarray) -> None:
    """Write an (H, W) uint8 or uint16 label map as a lossless PNG of that depth."""
    done, data = cv2.imencode('.png', labels)
    if not done:
        raise ValueError(f"'{path}': a label map of type {labels.dtype} cannot be stored as PNG")
    write_atomic(path, data.tobytes())


def write_names(path: Path, file_names: Iterable[str]) -> None:
    """Write the stems of ``file_names``, one a line: the ``ann_file`` of a data set."""
    write_atomic(path, ''.join(f'{Path(name).stem}\n' for name in file_names).encode())


def image_size(path: Path) -> tuple[int, int]:
    """``(height, width)`` of an image file in pixels, from its header.

    Raises:
        FileNotFoundError: no such file.
        ValueError: not an image.
    """
    try:
        with opened(path) as image:
            return image.height, image.width
    except FileNotFoundError:
        raise FileNotFoundError(f"there is no image '{path}'") from None
    except Exception as error:  # decoders raise whatever a broken byte makes of their state
        raise ValueError(f"'{path}' is not an image; extract it again") from error


def check_image(path: Path) -> None:
    """Decode an image file completely; ValueError names one that is damaged."""
    try:
        with opened(path) as image:
            image.load()
    except Exception as error:  # as above
        raise ValueError(f"image '{path}' is damaged ({error}); extract it again") from error
