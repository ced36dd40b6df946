"""Sizes: of pictures, so that names can be read and memory is bounded; of text and lines."""
import cv2
import numpy as np

MIN_SIDE = 360  # smaller images are enlarged until their names can be read …
ENLARGED_SIDE = 1600  # … but not beyond this
FONT_SIZE = 13  # at MIN_SIDE; larger pictures get larger text
LARGER_TEXT = 0.6  # text grows with the picture, at this share of its growth


def readable_scale(image):
    """Factor by which an image grows before names are written on it; 1 if it is large enough."""
    height, width = image.shape[:2]
    return max(1, min(MIN_SIDE / min(height, width), ENLARGED_SIDE / max(height, width)))


def resize_image(image, scale):
    """An image (H, W, 3) uint8 with both sides `scale` times as long, at least one pixel."""
    if scale == 1:
        return image
    size = [max(1, round(scale * side)) for side in image.shape[1::-1]]
    return cv2.resize(image, size, interpolation=cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA)


def resize_label_map(label_map, size):
    """A label map at another size: each pixel takes the label of most of what it shows.

    Outlines stay smooth where the map grows.

    Args:
        label_map (np.ndarray): (H, W) integers.
        size (tuple[int]): (height, width) of the result.

    Returns:
        np.ndarray: the new label map, of the same dtype.
    """
    if label_map.shape == tuple(size):
        return label_map
    shrinks = size[0] < label_map.shape[0]
    result = np.zeros(size, label_map.dtype)
    best = np.zeros(size, np.float32)
    for label in np.unique(label_map):  # one label at a time: bounded memory
        vote = cv2.resize((label_map == label).astype(np.float32), size[::-1],
                          interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
        better = vote > best
        result[better] = label
        best[better] = vote[better]
    return result


def font_size(image):
    """Text height in pixels that suits a picture of this size."""
    return max(FONT_SIZE, round(LARGER_TEXT * FONT_SIZE * min(image.shape[:2]) / MIN_SIDE))


def line_width(image):
    """Width of outlines in pixels."""
    return max(2, font_size(image) // 7)
