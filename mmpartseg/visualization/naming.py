"""Names of parts in a picture: which text, drawn where and how."""
import cv2
import numpy as np
from PIL import Image, ImageDraw

from .placement import CLASS_ID, NAME, Layout
from .text import font_of, ink_on, text_size

NAME_SHARE = 0.25  # of the picture for the names of the largest parts; then class ids …
ID_SHARE = 0.2  # … take so much; the smallest parts of a crowd are left to the legend
PADDING = 2
DASH = 0.3  # text heights, of the frames of unseen classes
WHITE = (255, 255, 255)


def place_names(shape, pieces, names, unseen, unit):
    """Labels for the classes present, none over another and all inside the picture.

    Args:
        shape (tuple[int]): (height, width) of the picture.
        pieces (dict[int, list[Piece]]): of :func:`find_pieces`.
        names (Sequence[str]), unseen (np.ndarray): of the K classes.
        unit (int): text height in pixels.

    Returns:
        list[Label]: in a crowd, the smaller parts get their class id as text, or no label.
    """
    largest = sorted((found[0] for found in pieces.values()), key=lambda piece: -piece.area)
    layout = Layout(shape, largest, unit)

    def fitting(texts, share):
        areas = np.cumsum([np.prod(box_size(text, unit)) for text in texts])
        return int((areas <= share * shape[0] * shape[1]).sum())

    def write(piece, texts, kind):
        text = mark_unseen(texts[piece.class_id], unseen[piece.class_id])
        return layout.place(piece.class_id, text, piece.point, box_size(text, unit), kind)

    ids = [str(class_id) for class_id in range(len(names))]
    named = fitting([names[piece.class_id] for piece in largest], NAME_SHARE)
    numbered = fitting([ids[piece.class_id] for piece in largest[named:]], ID_SHARE)
    left = [piece for piece in reversed(largest[:named]) if not write(piece, names, NAME)]
    for piece in left + largest[named:named + numbered][::-1]:
        write(piece, ids, CLASS_ID)
    layout.refine()
    return layout.labels


def mark_unseen(text, unseen):
    """The text with an asterisk behind it if its class is unseen."""
    return f'{text}*' if unseen else text


def box_size(text, unit):
    """Width and height of the box around a text, in pixels."""
    width, height = text_size(text, unit)
    return width + 4 * PADDING, height + 2 * PADDING


def draw_rings(picture, pieces, labels, palette, unit, width):
    """Ring the labelled parts that are too small to be noticed."""
    for class_id in (label.class_id for label in labels):
        found = pieces[class_id]
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
    dash = max(2, round(DASH * unit))
    if dashed:
        for start in range(x + dash, right, 2 * dash):
            for side in (y, bottom):
                draw.line((start, side, min(start + dash, right) - 1, side), paper)
        for start in range(y + dash, bottom, 2 * dash):
            for side in (x, right):
                draw.line((side, start, side, min(start + dash, bottom) - 1), paper)
    draw.text((x + width / 2, y + height / 2), text, ink, font_of(unit), anchor='mm')
