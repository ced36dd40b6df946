"""A picture for web pages whose parts know their names and have their shapes."""
import base64
import html
import io
from typing import Any

import cv2
import numpy as np
from PIL import Image

from .drawing import OPACITY

PICTURE_SIDE = 1024  # pixels that are sent; outlines keep the image's own coordinates
MORE = 0.3  # opacity that the part under the pointer gains


def hover_svg(image: np.ndarray, document: dict[str, Any], palette: np.ndarray,
              opacity: float = OPACITY) -> str:
    """Parts as shapes; each ``.part`` says its name in ``data-name``, and stands out under the pointer.

    Args:
        image (ndarray): (H, W, 3) uint8 BGR.
        document (dict): of :func:`describe` with ``shapes='polygons'``.
        palette (ndarray): (K, 3) uint8 RGB.
        opacity (float): of the tint, 0 to 1.

    Returns:
        str: an ``<svg>`` element, complete in itself; its coordinates are those of the image.
    """
    height, width = image.shape[:2]
    parts = '\n'.join(_part(part, palette[part['id']].tolist()) for part in document['parts'])
    style = (f'.part path {{fill-opacity: {opacity:.2f}; stroke-opacity: .9}}\n'
             f'.part:hover path {{fill-opacity: {min(1, opacity + MORE):.2f}}}')
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="100%" '
            f'style="max-height: 70vh">\n<style>{style}</style>\n'
            f'<image width="{width}" height="{height}" href="{_data_url(image)}"/>\n{parts}\n</svg>')


def _part(part, color):
    name = html.escape(f"{part['name']} ({part['score']:.2f})")
    outlines = ' '.join(f"M{' '.join(map(str, polygon))}Z" for polygon in part['polygons'])
    paint = '#{:02x}{:02x}{:02x}'.format(*color)
    # outlines run through the centres of the outer pixels: half a pixel more on each side
    return (f'<g class="part" role="img" aria-label="{name}" data-name="{name}"><path d="{outlines}" '
            f'transform="translate(.5 .5)" fill="{paint}" stroke="{paint}" fill-rule="evenodd"/></g>')


def _data_url(image):
    scale = min(1, PICTURE_SIDE / max(image.shape[:2]))
    size = [max(1, round(scale * side)) for side in image.shape[1::-1]]
    buffer = io.BytesIO()
    Image.fromarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA)[..., ::-1]).save(
        buffer, 'JPEG', quality=90)
    return f'data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}'
