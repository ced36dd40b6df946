"""Which classes an evaluation is about, and whether everyone agrees on them."""
from collections.abc import Iterable
from itertools import zip_longest
from typing import Any

from ..printable import counted
from ..taxonomy import PartTaxonomy


def dataset_taxonomy(dataset_meta: dict[str, Any] | None) -> PartTaxonomy:
    """The taxonomy of a data set's ``classes``, with the unseen objects of its ``taxonomy``.

    Args:
        dataset_meta (dict): ``classes`` (K names) and optionally ``taxonomy``, anything that
            ``PartTaxonomy.build`` takes; without it every class is seen.

    Returns:
        PartTaxonomy: K classes in the data set's order.

    Raises:
        ValueError: no ``classes``.
    """
    if not dataset_meta or 'classes' not in dataset_meta:
        raise ValueError("the data set's metainfo has no 'classes'; add them, or pass 'taxonomy' "
                         'to OpenVocabPartIoU')
    taxonomy = PartTaxonomy(dataset_meta['classes'])
    if dataset_meta.get('taxonomy') is None:
        return taxonomy
    unseen = PartTaxonomy.build(dataset_meta['taxonomy']).unseen_objects
    return PartTaxonomy(taxonomy.object_parts, set(unseen) & set(taxonomy.objects))


def check_same_classes(owner: str, classes: Iterable[str], taxonomy: PartTaxonomy) -> None:
    """Raise ValueError, with the first difference, unless ``classes`` are those of the taxonomy.

    Args:
        owner (str): whose classes these are, for the message.
        classes (Sequence[str]): names in order of id.
        taxonomy (PartTaxonomy): the metric's classes.
    """
    expected, classes = taxonomy.object_parts, tuple(classes)
    if classes == expected:
        return
    pairs = enumerate(zip_longest(classes, expected, fillvalue='nothing'))
    index, (found, wanted) = next(pair for pair in pairs if pair[1][0] != pair[1][1])
    raise ValueError(
        f"{owner} has {counted(len(classes), 'class', 'classes')} and the metric {len(expected)}; the "
        f'first difference is id {index}: "{found}" and "{wanted}". Give both the same class list')
