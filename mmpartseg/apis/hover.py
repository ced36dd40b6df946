"""A picture for web pages that says the name of the part under the mouse."""
import base64
import html
import io

import cv2
from PIL import Image

PICTURE_SIDE = 1024  # pixels that are sent; outlines keep the image's own coordinates
STYLE = """.part path {fill-opacity: .4; stroke-opacity: .9}
.part:hover path {fill-opacity: .75}
.part text {visibility: hidden; paint-order: stroke; stroke: white; fill: black}
.part:hover text {visibility: visible}"""


def hover_svg(image, document, palette):
    """Parts as shapes that show their name while the mouse is over them.

    Args:
        image (ndarray): (H, W, 3) uint8 BGR.
        document (dict): of :func:`describe` with ``shapes='polygons'``.
        palette (ndarray): (K, 3) uint8 RGB.

    Returns:
        str: an ``<svg>`` element, complete in itself.
    """
    height, width = image.shape[:2]
    unit = max(height, width) / 24  # text height in pixels
    parts = '\n'.join(_part(part, palette[part['id']].tolist(), unit) for part in document['parts'])
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="100%" '
            f'style="max-height: 70vh">\n<style>{STYLE}</style>\n'
            f'<image width="{width}" height="{height}" href="{_data_url(image)}"/>\n{parts}\n</svg>')


def _part(part, color, unit):
    name = html.escape(f"{part['name']} ({part['score']:.2f})")
    outlines = ' '.join(f"M{' '.join(map(str, polygon))}Z" for polygon in part['polygons'])
    paint = '#{:02x}{:02x}{:02x}'.format(*color)
    # outlines run through the centres of the outer pixels: half a pixel more on each side
    return (f'<g class="part"><path d="{outlines}" transform="translate(.5 .5)" fill="{paint}" '
            f'stroke="{paint}" fill-rule="evenodd"><title>{name}</title></path>'
            f'<text x="{unit / 2:.1f}" y="{1.5 * unit:.1f}" font-size="{unit:.1f}" '
            f'stroke-width="{unit / 5:.1f}">{name}</text></g>')


def _data_url(image):
    scale = min(1, PICTURE_SIDE / max(image.shape[:2]))
    size = [max(1, round(scale * side)) for side in image.shape[1::-1]]
    buffer = io.BytesIO()
    Image.fromarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA)[..., ::-1]).save(
        buffer, 'JPEG', quality=90)
    return f'data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}'
