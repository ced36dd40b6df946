"""Predictions as files: overlay, label map, JSON."""
import io
import json
import os
import re
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from mmseg.structures import SegDataSample
from PIL import Image

from ..atomic import write_atomic
from ..datasets.label_files import smallest_dtype
from ..taxonomy import SEPARATOR
from .results import describe, label_map_of
from .words import Words

BACKGROUND = (0, 0, 0)


class PredictionFiles:
    """Writes ``<name>_overlay.png``, ``<name>_parts.png`` and ``<name>.json`` into a folder.

    The label map is a palette PNG whose values are part ids (K = background), or a 16-bit gray one
    for a vocabulary of more than 254 classes. Every file is complete or absent.

    Args:
        folder (str | Path): created if missing.

    Raises:
        OSError: the folder cannot be made or written to.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.folder):
                pass
        except OSError as error:
            raise OSError(f"cannot write to the output folder '{folder}': "
                          f'{error.strerror or error}') from error
        self._taken: set[str] = set()

    def unique_name(self, stem: str) -> str:
        """The stem, numbered if another picture has taken it."""
        name = stem
        number = 1
        while name in self._taken:
            number += 1
            name = f'{stem}-{number}'
        self._taken.add(name)
        return name

    def write(self, name: str, picture: np.ndarray, sample: SegDataSample, palette: np.ndarray,
              document: dict[str, Any]) -> None:
        """
        Args:
            name (str): of the files, see :meth:`unique_name`.
            picture (ndarray): (h, w, 3) uint8 RGB overlay.
            sample (SegDataSample): the prediction.
            palette (ndarray): (K, 3) uint8.
            document (dict): the content of the JSON file.
        """
        text = json.dumps(document, indent=1, ensure_ascii=False) + '\n'
        write_atomic(self.folder / f'{name}_overlay.png', png_bytes(Image.fromarray(picture)))
        write_atomic(self.folder / f'{name}_parts.png',
                     png_bytes(part_image(label_map_of(sample), palette)))
        # a name of bytes that are no text becomes an escape of JSON
        write_atomic(self.folder / f'{name}.json', text.encode(errors='backslashreplace'))

    def write_figure(self, name: str, kind: str, picture: np.ndarray) -> None:
        """Write ``<name>_<kind>.png``, (h, w, 3) uint8 RGB."""
        write_atomic(self.folder / f'{name}_{kind}.png', png_bytes(Image.fromarray(picture)))

    def write_cutout(self, name: str, part: str, image: Image.Image) -> None:
        """Write a part, a PIL image, as ``<name>_<object>_<part>_cutout.png``."""
        words = re.sub(r'\W+', '_', part.replace(SEPARATOR, ' '))
        write_atomic(self.folder / f'{name}_{words}_cutout.png', png_bytes(image))


def document_of(sample: SegDataSample, source: str | Path, words: Words,
                shapes: str | None = None) -> dict[str, Any]:
    """What the JSON file of a picture says: source, vocabulary (of :class:`Words`) and :func:`describe`."""
    return {'image': os.fspath(source), 'vocabulary': list(words.names),
            'never_seen': words.unseen_words, **describe(sample, shapes)}


def part_image(label_map: np.ndarray, palette: np.ndarray) -> Image.Image:
    """A label map with values 0…K as an image, in colours where it has 8 bits."""
    dtype = smallest_dtype(len(palette))
    image = Image.fromarray(label_map.astype(dtype))
    if dtype != np.uint8:
        return image
    image.putpalette([*palette.ravel().tolist(), *BACKGROUND])
    return image


def png_bytes(image: Image.Image) -> bytes:
    """A PIL image as the bytes of a PNG file."""
    buffer = io.BytesIO()
    image.save(buffer, 'PNG')
    return buffer.getvalue()
