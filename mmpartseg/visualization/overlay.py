"""An image with its parts tinted, outlined and named."""
import cv2
import numpy as np
from PIL import Image, ImageDraw

from .checks import check_classes, check_image, check_label_map
from .placement import ID_DISTANCE_COST, NAME_DISTANCE_COST, Layout
from .regions import find_pieces, outline, resize_label_map
from .text import font_of, ink_on, text_size

MIN_SIDE = 360  # smaller images are enlarged until their names can be read …
MAX_SIDE = 1600  # … but not beyond this
FONT_SIZE = 13  # at MIN_SIDE; larger pictures get larger text
TEXT_SHARE = 0.3  # of the picture; where all names would cover more, class ids are written
RINGS = 4  # pieces of a small part that are ringed, at most
PADDING = 2


def overlay(image, label_map, names, palette, unseen=None, alpha=0.5, with_labels=True):
    """Draw a label map over an image, with the names of the parts.

    Regions are tinted and get a solid outline, or a dashed one and an asterisk behind the name if
    their class is unseen in training. Each present class is named once, at its largest piece; a
    name moved away is joined to it by a line, a small part is ringed. A name that finds no room
    is replaced by its class id, which :func:`legend` explains.

    Args:
        image (np.ndarray): (H, W, 3) uint8 RGB.
        label_map (np.ndarray): (H, W) integers; values other than 0..K-1 (background, ignored
            pixels) leave the image as it is.
        names (Sequence[str]): K class names.
        palette (np.ndarray): (K, 3) uint8 RGB.
        unseen (Sequence[bool], optional): K flags. Default: no class is unseen.
        alpha (float): opacity of the tint, 0..1.
        with_labels (bool): write names.

    Returns:
        np.ndarray: (H, W, 3) uint8, enlarged if the shorter side is below 360 pixels.

    Raises:
        ValueError: an array has another shape or type than stated.
    """
    image = check_image(image)
    label_map = check_label_map(label_map, image)
    palette, unseen = check_classes(names, palette, unseen)
    if not 0 <= alpha <= 1:
        raise ValueError(f'alpha must lie in 0..1, got {alpha}')
    image, label_map = enlarge(image, label_map)
    picture = _tint(image, label_map, palette, unseen, alpha)
    if not with_labels:
        return picture
    unit = font_size(image)
    pieces = find_pieces(label_map, len(names), RINGS)
    labels = place_names(label_map.shape, pieces, names, unseen, unit)
    _draw_rings(picture, pieces, palette, unit)
    return _draw_labels(picture, labels, palette, unseen, unit)


def enlarge(image, label_map=None):
    """Image, and label map if given, at the size at which they are drawn."""
    height, width = image.shape[:2]
    scale = max(1, min(MIN_SIDE / min(height, width), MAX_SIDE / max(height, width)))
    size = round(height * scale), round(width * scale)
    if scale > 1:
        image = cv2.resize(image, size[::-1], interpolation=cv2.INTER_CUBIC)
        label_map = None if label_map is None else resize_label_map(label_map, size)
    return image if label_map is None else (image, label_map)


def font_size(image):
    """Text height in pixels that suits a picture of this size."""
    return max(FONT_SIZE, round(FONT_SIZE / MIN_SIDE * 0.6 * min(image.shape[:2])))


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


def _tint(image, label_map, palette, unseen, alpha):
    """Mix palette colours into labelled pixels and draw the outlines of the regions."""
    known = (label_map >= 0) & (label_map < len(palette))
    colors = palette[np.where(known, label_map, 0)]
    mixed = np.rint((1 - alpha) * image + alpha * colors).astype(np.uint8)
    picture = np.where(known[..., None], mixed, image)
    width = line_width(image)
    edge = outline(label_map, width) & known
    picture[edge] = colors[edge]
    rows, columns = np.indices(label_map.shape, sparse=True)
    gaps = ((rows + columns) // (3 * width) + (rows - columns) // (3 * width)) % 2 == 1
    picture[edge & gaps & unseen[np.where(known, label_map, 0)]] = 255
    return picture


def line_width(image):
    """Width of outlines in pixels."""
    return max(2, font_size(image) // 7)


def _draw_rings(picture, pieces, palette, unit):
    """Ring the parts that are too small to be noticed."""
    width = line_width(picture)
    for class_id, found in pieces.items():
        if found[0].area >= unit**2:
            continue
        rings = [p for p in found if 2 * p.area >= found[0].area]
        for piece in rings:
            center = tuple(round(v) for v in piece.centre)
            radius = round(piece.radius) + 2 * width
            cv2.circle(picture, center, radius, (255, 255, 255), 2 * width, cv2.LINE_AA)
            cv2.circle(picture, center, radius, palette[class_id].tolist(), width, cv2.LINE_AA)


def _draw_labels(picture, labels, palette, unseen, unit):
    """Leaders first, so that no line crosses a text; then the boxes."""
    width = line_width(picture)
    for label in labels:
        if label.leader:
            color = palette[label.class_id].tolist()
            for thickness, shade in ((width + 1, (255, 255, 255)), (width - 1, color)):
                cv2.line(picture, label.point, label.leader, shade, thickness, cv2.LINE_AA)
                cv2.circle(picture, label.point, thickness, shade, -1, cv2.LINE_AA)
    canvas = Image.fromarray(picture)
    draw = ImageDraw.Draw(canvas)
    for label in labels:
        draw_box(draw, label.box, label.text, palette[label.class_id], unit,
                 dashed=unseen[label.class_id])
    return np.array(canvas)


def draw_box(draw, box, text, color, unit, dashed):
    """A text on its class's colour, in a frame that is dashed for an unseen class."""
    x, y, width, height = box
    right, bottom = x + width - 1, y + height - 1
    ink = ink_on(color)
    draw.rectangle((x, y, right, bottom), fill=tuple(color.tolist()), outline=ink)
    if dashed:
        paper = tuple(color.tolist())
        for start in range(x + 4, right - 1, 8):
            draw.line((start, y, start + 3, y), paper)
            draw.line((start, bottom, start + 3, bottom), paper)
        for start in range(y + 4, bottom - 1, 8):
            draw.line((x, start, x, start + 3), paper)
            draw.line((right, start, right, start + 3), paper)
    draw.text((x + width / 2, y + height / 2), text, ink, font_of(unit), anchor='mm')
