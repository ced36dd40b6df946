"""A prediction drawn over its picture, whatever its size."""
import cv2
import numpy as np

from ..visualization import legend, overlay, stack
from ..visualization.sizes import resize_image

PICTURE_SIDE = 1280  # at most: names stay readable, memory bounded
LEGEND_WIDTH = 320  # at least, below pictures that are narrower


def draw_prediction(image, label_map, names, palette, unseen):
    """An overlay with a legend below it.

    Args:
        image (ndarray): (H, W, 3) uint8 BGR.
        label_map (ndarray): (H, W) int64, 0…K-1; all else is background.
        names (Sequence[str]), palette (ndarray), unseen (ndarray): of the K classes, as of
            :func:`mmpartseg.visualization.overlay`.

    Returns:
        ndarray: (h, w, 3) uint8 RGB.
    """
    image = resize_image(image, min(1, PICTURE_SIDE / max(label_map.shape)))
    # nearest, because the vote of resize_label_map takes a full-size map for each class
    label_map = cv2.resize(label_map.astype(np.int32), image.shape[1::-1],
                           interpolation=cv2.INTER_NEAREST)
    picture = overlay(image[..., ::-1], label_map, names, palette, unseen)
    classes = np.unique(label_map)
    classes = classes[classes < len(names)]
    if len(classes) == 0:
        return picture
    width = max(picture.shape[1], LEGEND_WIDTH)
    return stack([picture, legend(classes, names, palette, width, unseen)])
