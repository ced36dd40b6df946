"""Colours of parts: from the name alone; colour-blind people tell those of an object apart."""
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import blake2b

import numpy as np

from .spelling import fold
from .taxonomy import ANYTHING, METAINFO_DIR, PartTaxonomy, object_and_part

# Searched for by computer: in OKLab (x 100) any two are 15 apart, and 8.6 to eyes without one kind of cones
# (Machado et al. 2009, severity 1); 2 can just be seen. Each goes on with what is far from those before it.
COLORS = np.array([
    (0, 29, 255), (177, 253, 5), (167, 6, 57), (33, 168, 0), (220, 125, 191), (127, 0, 174),
    (184, 194, 255), (99, 255, 255), (209, 186, 61), (247, 231, 183), (1, 163, 255), (135, 148, 126),
    (155, 96, 0), (119, 92, 151), (117, 104, 255), (29, 217, 145), (208, 38, 198), (17, 98, 97)], float)
SHADE_STEP = (0.8191725134, 0.6710436067, 0.5497004779)  # their multiples spread over a cube (Roberts 2018)
SHADE = 0.15  # share of another colour, of medium brightness, in a shade
OWN_SHADE = 0.4  # and where no shipped vocabulary sees to it that parts of an object differ without
SHADE_RANGE = (40, 215)


def part_palette(taxonomy: PartTaxonomy) -> np.ndarray:
    """One RGB colour per object-specific part, the same in every vocabulary that has the class.

    The part's name chooses one of the ``COLORS``, the object's name a shade of it. Parts that the shipped
    vocabularies know of one object have different ones. Others may meet in one: their own names add to the
    shade, which is stronger, and the outlines of :func:`overlay` keep them apart, too.

    Args:
        taxonomy (PartTaxonomy): K classes.

    Returns:
        np.ndarray: (K, 3) uint8.
    """
    part_numbers, object_numbers, parts_of = _known()
    object_of, part_of = list(taxonomy.object_of), list(taxonomy.part_of)
    colors = np.array([COLORS[color_of_part(part)] for part in taxonomy.parts])[part_of]
    shades = np.array([shade_of(obj, object_numbers) for obj in taxonomy.objects])[object_of]
    own_shades = np.array([shade_of(part, part_numbers) for part in taxonomy.parts])[part_of]
    own = np.array([[fold(taxonomy.parts[p]) not in parts_of.get(fold(taxonomy.objects[o]), ())]
                    for o, p in zip(object_of, part_of)])
    return _shaded(colors, (shades + own * own_shades) % 1, np.where(own, OWN_SHADE, SHADE))


def palette_of_names(names: Iterable[str]) -> np.ndarray:
    """:func:`part_palette` of class names as people see them, such as ``'handle'`` or ``"cat's head"``."""
    pairs = [object_and_part(name) for name in names]
    return part_palette(PartTaxonomy([f"{obj or ANYTHING}'s {part}" for obj, part in pairs]))


def generalized_part_palette(taxonomy: PartTaxonomy) -> np.ndarray:
    """The colour of each generalized part, in a shade of its own: (P, 3) uint8."""
    return _shaded(np.array([COLORS[color_of_part(part)] for part in taxonomy.parts]),
                   np.array([shade_of(part, _known()[0]) for part in taxonomy.parts]))


def object_palette(taxonomy: PartTaxonomy) -> np.ndarray:
    """A colour for each object by its name: (O, 3) uint8."""
    places = [_known()[1].get(fold(obj), _number_of(obj)) for obj in taxonomy.objects]
    return _shaded(COLORS[[place % len(COLORS) for place in places]],
                   np.array([shade_of(obj, _known()[1]) for obj in taxonomy.objects]))


def color_of_part(part: str) -> int:
    """Index into ``COLORS`` of a part's name, however it is capitalized."""
    return _known()[0].get(fold(part), _number_of(part)) % len(COLORS)


def shade_of(word: str, known: Mapping[str, int]) -> np.ndarray:
    """What a word mixes into colours, (3,) in 0..1: a known one by its place, another as it falls."""
    number = known.get(fold(word), _number_of(word))
    return np.multiply(SHADE_STEP, number + 1) % 1


def _shaded(colors, shades, share=SHADE):
    """Colours (n, 3) with a share of others, from shades (n, 3) in 0..1: (n, 3) uint8."""
    low, high = SHADE_RANGE
    return np.rint((1 - share) * colors + share * (low + (high - low) * shades)).astype(np.uint8)


def _number_of(word):
    """A number that looks random and is the same in every process."""
    return int.from_bytes(blake2b(fold(word).encode('utf-8', 'replace'), digest_size=4).digest())


@lru_cache(maxsize=1)
def _known():
    """dict[str, int] of the parts and of the objects of all shipped vocabularies, and the objects' parts.

    Numbers of parts are equal modulo the number of colours only for parts that no object has together.
    """
    parts_of = defaultdict(set)
    for path in METAINFO_DIR.glob('*.json'):
        taxonomy = PartTaxonomy.named(path.stem)
        for obj, part in zip(taxonomy.object_of, taxonomy.part_of):
            parts_of[fold(taxonomy.objects[obj])].add(fold(taxonomy.parts[part]))
    beside = defaultdict(set)
    for parts in parts_of.values():
        for part in parts:
            beside[part] |= parts - {part}
    return _numbered(beside), {obj: number for number, obj in enumerate(sorted(parts_of))}, dict(parts_of)


def _numbered(beside):
    """A number for each part, with another colour than those beside it (greedy, the hardest first)."""
    number, used = {}, [0] * len(COLORS)
    while len(number) < len(beside):
        taken = {part: {number[other] % len(COLORS) for other in beside[part] & number.keys()}
                 for part in beside.keys() - number.keys()}
        part = min(taken, key=lambda part: (-len(taken[part]), -len(beside[part]), part))
        free = [color for color in range(len(COLORS)) if color not in taken[part]] or range(len(COLORS))
        color = min(free, key=lambda color: (used[color], color))
        number[part] = color + len(COLORS) * used[color]
        used[color] += 1
    return number
