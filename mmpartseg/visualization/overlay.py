"""An image with its parts tinted, outlined and named."""
import cv2
import numpy as np

from .checks import check_classes, check_image, check_label_map
from .naming import draw_labels, draw_rings, place_names
from .regions import find_pieces, outline
from .sizes import font_size, line_width, readable_scale, resize_image, resize_label_map

RINGS = 4  # pieces of a small part that are ringed, at most
DASH = 3  # length of dashes in line widths
WHITE, BLACK = 255, 0


def overlay(image, label_map, names, palette, unseen=None, alpha=0.5, with_labels=True):
    """Draw a label map over an image, with the names of the parts.

    Regions are tinted and get a solid outline, or a dashed one and an asterisk behind the name if
    their class is unseen in training; a black line parts those that touch, so that no colours need be
    told apart. Each present class is named once, at its largest piece; a
    name moved away is joined to it by a line, a small part is ringed. Where names find no room,
    the smaller parts get their class ids, and the smallest of a crowd nothing: :func:`legend`
    explains them.

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
    image = resize_image(image, readable_scale(image))
    label_map = resize_label_map(label_map, image.shape[:2])
    return draw_parts(image, label_map, names, palette, unseen, alpha, with_labels)


def draw_parts(image, label_map, names, palette, unseen, alpha, with_labels):
    """What :func:`overlay` does, at the given size and without checks."""
    picture = _tint(image, label_map, palette, unseen, alpha)
    if not with_labels:
        return picture
    unit, width = font_size(image), line_width(image)
    pieces = find_pieces(label_map, len(names), RINGS)
    labels = place_names(label_map.shape, pieces, names, unseen, unit)
    draw_rings(picture, pieces, labels, palette, unit, width)
    return draw_labels(picture, labels, palette, unseen, unit, width)


def _tint(image, label_map, palette, unseen, alpha):
    """Mix palette colours into labelled pixels and draw the outlines of the regions."""
    known = (label_map >= 0) & (label_map < len(palette))
    colors = palette[np.where(known, label_map, 0)]
    mixed = cv2.addWeighted(image, 1 - alpha, colors, alpha, 0)
    picture = np.where(known[..., None], mixed, image)
    width = line_width(image)
    dash = DASH * width
    edge = outline(label_map, width) & known
    picture[edge] = colors[edge]
    rows, columns = np.indices(label_map.shape, sparse=True)
    gaps = (rows // dash + columns // dash) % 2 == 1
    picture[edge & gaps & unseen[np.where(known, label_map, 0)]] = WHITE
    picture[outline(label_map, width // 2, known) & known] = BLACK
    return picture
