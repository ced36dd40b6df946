"""The paper's figures: attention over an image, and the three levels of a label map."""
import cv2
import numpy as np

from ..palette import generalized_part_palette, object_palette, part_palette
from ..taxonomy import shown_name
from .checks import check_image
from .overlay import overlay
from .sizes import readable_scale, resize_image

FIGURE_TITLES = ('input', 'objects', 'generalized parts', 'object-specific parts')


def heat_map(image, attention, alpha=0.5):
    """An attention map as colours over an image, from blue (least) to red (paper, Fig. 4).

    Args:
        image (np.ndarray): (H, W, 3) uint8 RGB.
        attention (np.ndarray): (h, w) finite numbers of any range; stretched to the image, the
            range to 0..1. A constant map is blue everywhere.
        alpha (float): opacity of the colours, 0..1.

    Returns:
        np.ndarray: (H, W, 3) uint8, enlarged as by :func:`overlay`.

    Raises:
        ValueError: the attention is not such a map.
    """
    image = check_image(image)
    image = resize_image(image, readable_scale(image))
    attention = np.asarray(attention, np.float64)
    if attention.ndim != 2 or not attention.size or not np.isfinite(attention).all():
        raise ValueError('attention must be an (h, w) map of finite numbers, got shape '
                         f'{attention.shape} with {np.sum(~np.isfinite(attention))} others; '
                         'reshape the tokens of one class, without CLS, to their grid')
    height, width = image.shape[:2]
    spread = attention.max() - attention.min()
    attention = (attention - attention.min()) / (spread if spread > 0 else 1)
    attention = cv2.resize(attention, (width, height), interpolation=cv2.INTER_LINEAR)
    colors = cv2.applyColorMap(np.rint(255 * attention).astype(np.uint8), cv2.COLORMAP_JET)
    return cv2.addWeighted(image, 1 - alpha, colors[..., ::-1].copy(), alpha, 0)


def panels(image, object_map, part_map, object_part_map, taxonomy, alpha=0.5, unseen=None):
    """The pictures of the paper's Fig. 1, in the order of ``FIGURE_TITLES``.

    Args:
        image (np.ndarray): (H, W, 3) uint8 RGB.
        object_map (np.ndarray): (H, W) indices into ``taxonomy.objects``.
        part_map (np.ndarray): (H, W) indices into ``taxonomy.parts``.
        object_part_map (np.ndarray): (H, W) class ids. Other values, in all three, leave the
            image as it is.
        taxonomy (PartTaxonomy): the vocabulary.
        alpha (float): opacity of the tint, 0..1.
        unseen (tuple[np.ndarray], optional): which objects (O,), parts (P,) and classes (K,) training
            has never seen. Default: the taxonomy's unseen objects, and what only they have.

    Returns:
        list[np.ndarray]: four pictures (H, W, 3) uint8, a row for :func:`save_grid`.
    """
    image = check_image(image)
    maps = (object_map, part_map, object_part_map)
    names = (taxonomy.objects, taxonomy.parts, tuple(map(shown_name, taxonomy.object_parts)))
    palettes = (object_palette(taxonomy), generalized_part_palette(taxonomy),
                part_palette(taxonomy))
    unseen = _unseen(taxonomy) if unseen is None else unseen
    return [resize_image(image, readable_scale(image)),
            *(overlay(image, *level, alpha) for level in zip(maps, names, palettes, unseen))]


def _unseen(taxonomy):
    """Flags of objects, parts and classes from the taxonomy's unseen objects."""
    is_seen = np.array(taxonomy.is_seen)
    part_is_seen = np.zeros(len(taxonomy.parts), bool)
    np.logical_or.at(part_is_seen, list(taxonomy.part_of), is_seen)
    return np.isin(taxonomy.objects, taxonomy.unseen_objects), ~part_is_seen, ~is_seen
