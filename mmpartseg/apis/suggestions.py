"""Did you mean …? Words near to those that people know."""
import difflib
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from ..spelling import fold
from ..taxonomy import METAINFO_DIR, PartTaxonomy

NEAR = 0.75  # of difflib's ratio: 'tial' and 'tail'
AND, OF = re.compile(r'\s*[&+]\s*|\s+and\s+'), re.compile(r'\s+of\s+(?:an?\s+|the\s+)?')


@lru_cache(maxsize=1)
def familiar_words() -> list[list[str]]:
    """Objects, and parts, of every shipped vocabulary: two sorted lists."""
    taxonomies = [PartTaxonomy.named(path.stem) for path in METAINFO_DIR.glob('*.json')]
    return [sorted({fold(word) for taxonomy in taxonomies for word in getattr(taxonomy, kind)})
            for kind in ('objects', 'parts')]


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The word most like another, None if none is much like it; slips spare the first letter."""
    word = fold(word)
    alike = [other for other in words if fold(other)[:1] == word[:1]]
    turned = [other for other in alike if sorted(fold(other)) == sorted(word)]  # 'bycicle'
    return next(iter(turned + difflib.get_close_matches(word, alike, 1, NEAR)), None)


def near_misses(taxonomy: PartTaxonomy) -> dict[str, str]:
    """Words that may be slips of the keyboard: those of no shipped vocabulary that are much like one.

    Args:
        taxonomy (PartTaxonomy): what was typed.

    Returns:
        dict[str, str]: by word, the one that may be meant.
    """
    known = sorted(set().union(*familiar_words()))
    words = dict.fromkeys(taxonomy.objects + taxonomy.parts)
    found = {word: nearest(word, known) for word in words if fold(word) not in known}
    return {word: near for word, near in found.items() if near is not None and near + 's' != fold(word)}


def are_familiar(entries: Iterable[tuple[str | None, list[str]]]) -> bool:
    """Whether a shipped vocabulary knows the object, or a part, of each of some typed entries."""
    objects, parts = familiar_words()
    return all(fold(obj or '') in objects or {*map(fold, names)} & {*parts} for obj, names in entries)


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """``"; did you mean 'wheel'?"``, or nothing."""
    near = nearest(word, list(words))
    return f"; did you mean '{near}'?" if near else ''


def hints(taxonomy: PartTaxonomy) -> list[str]:
    """What may be meant otherwise in a vocabulary that was typed: a line for each word.

    Beside :func:`near_misses` these are parts that the shipped vocabularies know as objects only: ``dog`` in
    ``'cat: head; dog'``; an object with its part, without the colon: ``'cat head'``, ``'head of a cat'``; two
    parts in one, ``'head and ear'``; and a part with the next object, without anything between:
    ``'cat: head, tail dog: ear'``.
    """
    objects, parts = familiar_words()
    lines = [f"'{word}': did you mean '{near}'?" for word, near in near_misses(taxonomy).items()]
    lines += [f"'{word}' is taken for a part; if it is an object, its parts go behind a colon: '{word}: …'"
              for word in taxonomy.parts if fold(word) in objects and fold(word) not in parts]
    for word in taxonomy.parts:
        pieces = AND.split(fold(word))
        if fold(word) in parts:
            continue
        if len(pieces) > 1 and all(piece in parts for piece in pieces):
            lines.append(f"'{word}' is taken for one part; for several type '{', '.join(pieces)}'")
        for obj, part in _split_in_two(fold(word)):
            if obj in objects and part in parts:
                lines.append(f"'{word}' is taken for a part; for the {part} of a {obj} type '{obj}: {part}'")
                break
    for word in taxonomy.objects:
        part, _, obj = fold(word).partition(' ')
        if part in parts and obj in objects and fold(word) not in objects:
            lines.append(f"'{word}' is taken for an object; for two names type '{part}; {obj}: …'")
    return lines


def _split_in_two(word: str) -> Iterator[tuple[str, str]]:
    """What may be object and part in one name: ``'cat head'``, ``'cats head'``, ``'head of a cat'``."""
    for gap in re.finditer(r'[\s-]+', word):
        obj, part = word[:gap.start()], word[gap.end():]
        yield obj, part
        yield obj.removesuffix('s'), part
    part, *rest = OF.split(word, maxsplit=1)
    yield ''.join(rest), part
