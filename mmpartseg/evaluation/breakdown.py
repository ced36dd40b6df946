"""Everything the counts say about each class, in percent."""
import numpy as np

from ..taxonomy import PartTaxonomy
from .confusion import same_object_confusion, same_part_confusion
from .counting import SIZE_BINS
from .report import class_values
from .scores import class_background, size_binned_iou

OBJECT_SIZES = tuple(f'in a {size} object' for size in SIZE_BINS)
# where the annotated pixels of a class go; the five add up to 100
DESTINATIONS = ('recall', 'same object', 'same part', 'elsewhere', 'background')


def class_breakdown(counts: dict[str, np.ndarray], taxonomy: PartTaxonomy, protocol: str) -> dict[str,
                    np.ndarray]:
    """Per-class numbers of one setting.

    Args:
        counts (dict[str, ndarray]): see ``load_counts``.
        taxonomy (PartTaxonomy): their K classes.
        protocol (str): ``pred_all``, ``oracle_obj`` or ``pred_obj``.

    Returns:
        dict[str, ndarray]: (K,) each, nan where undefined: ``IoU``, ``recall``, ``boundary`` if
        counted; ``small``, ``medium`` and ``large``, the IoU by size, and if counted (not in files of older
        versions) ``in a small object`` …, that by the object's size; and the shares of
        the annotated pixels predicted as another part of the ``same object``, as the ``same part``
        of another object, ``elsewhere`` (another part of another object) and ``background``.

    Raises:
        KeyError: the counts have no such setting.
    """
    if f'{protocol}/confusion' not in counts:
        found = sorted(key.split('/')[0] for key in counts if key.endswith('/confusion'))
        raise KeyError(f"the counts have no '{protocol}', only {found}")
    confusion = counts[f'{protocol}/confusion']
    numbers = class_values(counts, protocol)
    numbers.update(zip(SIZE_BINS, size_binned_iou(counts[f'{protocol}/size_counts'])))
    if f'{protocol}/object_size_counts' in counts:
        numbers.update(zip(OBJECT_SIZES, size_binned_iou(counts[f'{protocol}/object_size_counts'])))
    numbers['same object'] = same_object_confusion(confusion, taxonomy)
    numbers['same part'] = same_part_confusion(confusion, taxonomy)
    numbers['background'] = class_background(confusion)
    known = [numbers[d] for d in DESTINATIONS if d != 'elsewhere']
    numbers['elsewhere'] = 100 - np.sum(known, axis=0)
    return numbers
