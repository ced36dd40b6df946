"""Text drawn with the font that comes with Pillow: measuring, wrapping, colours."""
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont


@lru_cache(maxsize=32)
def font_of(size):
    """Pillow's own truetype font at `size` pixels."""
    return ImageFont.load_default(size)


def text_size(text, size):
    """Width and line height of one line of text, in pixels."""
    ascent, descent = font_of(size).getmetrics()
    return int(np.ceil(font_of(size).getlength(text))), ascent + descent


def wrap(text, size, width):
    """Lines of `text` no wider than `width` pixels; a word that is too long is cut into pieces."""
    lines = ['']
    for word in text.split():
        for piece in _cut(word, size, width):
            longer = f'{lines[-1]} {piece}'.strip()
            if text_size(longer, size)[0] <= width:
                lines[-1] = longer
            else:
                lines.append(piece)
    return lines


def _cut(word, size, width):
    while text_size(word, size)[0] > width and len(word) > 1:
        fits = next((n for n in range(len(word) - 1, 1, -1)
                     if text_size(word[:n], size)[0] <= width), 1)
        yield word[:fits]
        word = word[fits:]
    yield word


def text_block(text, size, width):
    """Centred, wrapped dark text on white, one pixel free on both sides: (h, width, 3) uint8."""
    lines = wrap(text, size, width - 2)
    line_height = text_size(text, size)[1]
    block = Image.new('RGB', (width, line_height * len(lines)), 'white')
    draw = ImageDraw.Draw(block)
    for i, line in enumerate(lines):
        draw.text((width / 2, i * line_height), line, 'black', font_of(size), anchor='ma')
    return np.asarray(block)


def ink_on(color):
    """Black or white as an RGB tuple, whichever has more contrast on `color` (WCAG luminance)."""
    linear = (np.asarray(color) / 255) ** 2.2
    return (0, 0, 0) if linear @ (0.2126, 0.7152, 0.0722) > 0.18 else (255, 255, 255)
