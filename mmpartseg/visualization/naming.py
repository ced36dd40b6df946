"""Names of parts in a picture: which text, drawn where and how."""
import cv2
import numpy as np
from PIL import Image, ImageDraw

from .placement import ID_DISTANCE_COST, NAME_DISTANCE_COST, Layout
from .text import font_of, ink_on, text_size

TEXT_SHARE = 0.3  # of the picture; where all names would cover more, class ids are written
PADDING = 2
DASH = 4  # pixels, of the frames of unseen classes
WHITE = (255, 255, 255)


def place_names(shape, pieces, names, unseen, unit):
    """Labels for the classes present, none over another and all inside the picture.

    Args:
        shape (tuple[int]): (height, width) of the picture.
        pieces (dict[int, list[Piece]]): of :func:`find_pieces`.
        names (Sequence[str]), unseen (np.ndarray): of the K classes.
        unit (int): text height in pixels.

    Returns:
        list[Label]: with the name or, where there is no room for it, the class id as text.
    """
    largest = sorted((found[0] for found in pieces.values()), key=lambda piece: piece.area)
    layout = Layout(shape, largest, unit)
    full = {p.class_id: mark_unseen(names[p.class_id], unseen[p.class_id]) for p in largest}
    short = {p.class_id: mark_unseen(str(p.class_id), unseen[p.class_id]) for p in largest}
    written = sum(np.prod(box_size(text, unit)) for text in full.values())
    choices = ((full, NAME_DISTANCE_COST), (short, ID_DISTANCE_COST))
    choices = choices if written <= TEXT_SHARE * np.prod(shape) else choices[1:]
    for piece in largest:
        for texts, cost in choices:
            text = texts[piece.class_id]
            if layout.place(piece.class_id, text, piece.point, box_size(text, unit), cost):
                break
    layout.refine()
    return layout.labels


def mark_unseen(text, unseen):
    """The text with an asterisk behind it if its class is unseen."""
    return f'{text}*' if unseen else text


def box_size(text, unit):
    """Width and height of the box around a text, in pixels."""
    width, height = text_size(text, unit)
    return width + 4 * PADDING, height + 2 * PADDING


def draw_rings(picture, pieces, palette, unit, width):
    """Ring the parts that are too small to be noticed."""
    for class_id, found in pieces.items():
        if found[0].area >= unit**2:
            continue
        rings = [p for p in found if 2 * p.area >= found[0].area]
        for piece in rings:
            center, radius = piece.circle()
            radius += 2 * width
            cv2.circle(picture, center, radius, WHITE, 2 * width, cv2.LINE_AA)
            cv2.circle(picture, center, radius, palette[class_id].tolist(), width, cv2.LINE_AA)


def draw_labels(picture, labels, palette, unseen, unit, width):
    """Leaders first, so that no line crosses a text; then the boxes."""
    for label in labels:
        if label.leader:
            color = palette[label.class_id].tolist()
            for thickness, shade in ((width + 1, WHITE), (width - 1, color)):
                cv2.line(picture, label.point, label.leader, shade, thickness, cv2.LINE_AA)
                cv2.circle(picture, label.point, thickness, shade, -1, cv2.LINE_AA)
    canvas = Image.fromarray(picture)
    draw = ImageDraw.Draw(canvas)
    for label in labels:
        draw_box(draw, label.box, label.text, palette[label.class_id], unit,
                 dashed=unseen[label.class_id])
    return np.array(canvas)


def draw_box(draw, box, text, color, unit, dashed):
    """A text on its class's colour, in a frame that is dashed for an unseen class.

    Args:
        draw (ImageDraw): of an RGB picture.
        box (tuple[int]): x, y, width, height.
        text (str): what fits a box of :func:`box_size`.
        color (np.ndarray): (3,) uint8 RGB.
        unit (int): text height in pixels.
        dashed (bool): whether the class is unseen.
    """
    x, y, width, height = box
    right, bottom = x + width - 1, y + height - 1
    paper, ink = tuple(color.tolist()), ink_on(color)
    draw.rectangle((x, y, right, bottom), fill=paper, outline=ink)
    if dashed:
        for start in range(x + DASH, right, 2 * DASH):
            for side in (y, bottom):
                draw.line((start, side, min(start + DASH, right) - 1, side), paper)
        for start in range(y + DASH, bottom, 2 * DASH):
            for side in (x, right):
                draw.line((side, start, side, min(start + DASH, bottom) - 1), paper)
    draw.text((x + width / 2, y + height / 2), text, ink, font_of(unit), anchor='mm')
