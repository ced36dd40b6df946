"""A prediction drawn over its picture, whatever its size."""
from collections.abc import Sequence
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image, ImageDraw

from ..visualization import legend, make_grid, overlay, stack
from ..visualization.grid import MARGIN
from ..visualization.sizes import font_size, line_width, readable_scale, resize_image
from ..visualization.text import font_of, text_block, text_size

if TYPE_CHECKING:  # it imports this module
    from .explanation import Explanation

PICTURE_SIDE = 1280  # at most: names stay readable, memory bounded
LEGEND_WIDTH = 320  # at least, below pictures that are narrower
LEGEND_SHARE = 1 / 3  # of a video's picture, at most
COLUMNS = 4  # of heat maps
PAD = 2  # pixels around text
NOTHING = 'nothing found'
OPACITY = 0.5  # of the tint


def draw_prediction(image: np.ndarray, label_map: np.ndarray, names: Sequence[str], palette: np.ndarray,
                    unseen: np.ndarray, instances: list[dict] | None = None,
                    alpha: float = OPACITY) -> np.ndarray:
    """An overlay with a legend below it.

    Args:
        image (ndarray): (H, W, 3) uint8 BGR.
        label_map (ndarray): (H, W) int64, 0…K-1; all else is background.
        names (Sequence[str]), palette (ndarray), unseen (ndarray): of the K classes, as of
            :func:`mmpartseg.visualization.overlay`.
        instances (list[dict], optional): of :func:`instances_of`.
        alpha (float): opacity of the tint, 0 to 1.

    Returns:
        ndarray: (h, w, 3) uint8 RGB.
    """
    full_width = image.shape[1]
    image = resize_image(image, min(1, PICTURE_SIDE / max(label_map.shape)))
    # nearest, because the vote of resize_label_map takes a full-size map for each class
    label_map = cv2.resize(label_map.astype(np.int32), image.shape[1::-1],
                           interpolation=cv2.INTER_NEAREST)
    picture = overlay(image[..., ::-1], label_map, names, palette, unseen, alpha)
    if instances:
        picture = _with_boxes(picture, instances, picture.shape[1] / full_width)
    classes = np.unique(label_map)
    classes = classes[classes < len(names)]
    width, size = max(picture.shape[1], LEGEND_WIDTH), font_size(picture)
    if len(classes) == 0:
        return stack([picture, text_block(NOTHING, size, width)])
    return stack([picture, _with_margins(classes, names, palette, width, unseen, size)])


def _with_margins(classes, names, palette, width, unseen, size):
    """A legend whose boxes do not touch the rim, where they would look cut off."""
    strip = legend(classes, names, palette, width - 2 * MARGIN, unseen, size)
    return np.pad(strip, ((0, 0), (MARGIN, MARGIN), (0, 0)), constant_values=255)


def _with_boxes(picture, instances, scale):
    """Boxes with the object's name and number over a picture ``scale`` times the size of theirs."""
    picture = Image.fromarray(picture)
    drawing, unit, width = ImageDraw.Draw(picture), font_size(np.asarray(picture)), line_width(
        np.asarray(picture))
    for each in instances:
        x, y, box_width, box_height = (scale * value for value in each['box'])
        right, bottom = x + max(0, box_width - 1), y + max(0, box_height - 1)  # what is scaled down is thin
        drawing.rectangle((x, y, right, bottom), outline='white', width=width)
        draw_text(drawing, (x + width, y + width), f"{each['object']} {each['number']}", unit)
    return np.asarray(picture)


def draw_text(drawing: ImageDraw.ImageDraw, corner: tuple[float, float], text: str, unit: float) -> None:
    """Black text on white, with its upper left at (x, y)."""
    width, height = text_size(text, unit)
    x, y = corner
    drawing.rectangle((x, y, x + width + 2 * PAD, y + height), fill='white')
    drawing.text((x + PAD, y), text, 'black', font_of(unit))


def video_size(image: np.ndarray, names: Sequence[str], palette: np.ndarray,
               unseen: np.ndarray) -> tuple[int, int]:
    """(height, width) with room for the overlays of all frames.

    Args:
        image (ndarray): (H, W, 3) uint8, one of the frames.
        names, palette, unseen: as of :func:`draw_prediction`. The legend of all of them gets its
            room, but no more than a third of the picture.
    """
    image = resize_image(image, min(1, PICTURE_SIDE / max(image.shape[:2])))
    height, width = (round(readable_scale(image) * side) for side in image.shape[:2])
    size, width = font_size(np.empty((height, width))), max(width, LEGEND_WIDTH)
    below = stack([_with_margins(range(len(names)), names, palette, width, unseen, size)]).shape[0]
    return height + min(below, round(LEGEND_SHARE * height)), width


def attention_figure(explanation: 'Explanation', names: Sequence[str]) -> np.ndarray:
    """The picture and the attention of some parts over it, under their names.

    Args:
        explanation (Explanation): of the picture.
        names (Sequence[str]): classes.

    Returns:
        ndarray: (h, w, 3) uint8 RGB.
    """
    titles = [name if explanation.is_found(name) else f'{name} (not found)' for name in names]
    titles = ['input', *titles]
    cells = [explanation.panels()[0], *map(explanation.heat_map, names)]
    return stack([make_grid([cells[i:i + COLUMNS]], titles[i:i + COLUMNS])
                  for i in range(0, len(cells), COLUMNS)])
