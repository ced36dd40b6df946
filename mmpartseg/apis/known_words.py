"""What a checkpoint knows of a vocabulary's words."""
from typing import Any

import numpy as np

from ..spelling import fold
from ..taxonomy import ANYTHING, PartTaxonomy, few, shown_name


def unseen_words(taxonomy: PartTaxonomy, trained: Any) -> dict[str, list[str]]:
    """The words of a vocabulary that a checkpoint has never seen in training.

    Args:
        taxonomy, trained (PartTaxonomy): the vocabulary, and that of the training.

    Returns:
        dict[str, list[str]]: ``objects`` and ``parts``. A part counts as seen if it was seen on
        any object.
    """
    known = {'objects': set(map(fold, trained.objects)), 'parts': set(map(fold, trained.parts))}
    return {kind: [word for word in getattr(taxonomy, kind) if fold(word) not in words and word != ANYTHING]
            for kind, words in known.items()}


def unseen_classes(taxonomy: PartTaxonomy, trained: Any) -> list[bool]:
    """Whether each class was never seen in training, a part of anything on no object: list of K bool."""
    known = set(map(fold, (*trained.object_parts, *trained.parts)))
    return [fold(shown_name(name)) not in known for name in taxonomy.object_parts]


def unseen_flags(taxonomy: PartTaxonomy, trained: Any) -> tuple[np.ndarray, ...]:
    """Whether training has never seen each object, part and class: arrays (O,), (P,), (K,) bool."""
    words = unseen_words(taxonomy, trained)
    return (np.isin(taxonomy.objects, words['objects']), np.isin(taxonomy.parts, words['parts']),
            np.array(unseen_classes(taxonomy, trained)))


def check_english(taxonomy: PartTaxonomy, trained: Any) -> None:
    """Refuse words that CLIP's text encoder does not know: letters that English does not use.

    Raises:
        ValueError: names the words, except for those seen in training.
    """
    new = unseen_words(taxonomy, trained)
    foreign = [word for word in new['objects'] + new['parts'] if not word.isascii()]
    if foreign:
        raise ValueError(f"CLIP's text encoder reads English, and {few(foreign)} have other letters; "
                         'translate them')
