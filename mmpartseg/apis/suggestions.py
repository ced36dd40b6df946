"""Did you mean …? Words near to those that people know."""
import difflib
from functools import lru_cache

from ..spelling import fold
from ..taxonomy import METAINFO_DIR, PartTaxonomy

NEAR = 0.75  # of difflib's ratio: 'tial' and 'tail'


@lru_cache(maxsize=1)
def familiar_words():
    """Objects and parts of every shipped vocabulary, sorted."""
    taxonomies = [PartTaxonomy.named(path.stem) for path in METAINFO_DIR.glob('*.json')]
    return sorted({fold(word) for taxonomy in taxonomies for word in taxonomy.objects + taxonomy.parts})


def nearest(word, words):
    """The word most like another, None if none is much like it; slips spare the first letter."""
    word = fold(word)
    alike = [other for other in words if fold(other)[:1] == word[:1]]
    return next(iter(difflib.get_close_matches(word, alike, 1, NEAR)), None)


def near_misses(taxonomy):
    """Words that may be slips of the keyboard: those of no shipped vocabulary that are much like one.

    Args:
        taxonomy (PartTaxonomy): what was typed.

    Returns:
        dict[str, str]: by word, the one that may be meant.
    """
    known = familiar_words()
    words = dict.fromkeys(taxonomy.objects + taxonomy.parts)
    found = {word: nearest(word, known) for word in words if fold(word) not in known}
    return {word: near for word, near in found.items() if near is not None and near + 's' != fold(word)}


def did_you_mean(word, words):
    """``"; did you mean 'wheel'?"``, or nothing."""
    near = nearest(word, list(words))
    return f"; did you mean '{near}'?" if near else ''
