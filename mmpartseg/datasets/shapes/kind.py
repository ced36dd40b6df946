"""What can be drawn: the kinds of objects, and the words and colours that go with each."""
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

# Colours with a name, RGB 0..255; a picture's are jittered
COLORS = {
    'red': (208, 44, 44), 'orange': (236, 136, 40), 'yellow': (242, 206, 62),
    'green': (64, 148, 66), 'blue': (52, 104, 202), 'purple': (132, 66, 170),
    'pink': (236, 136, 176), 'brown': (130, 78, 40), 'black': (50, 48, 54),
    'white': (240, 238, 232), 'grey': (142, 142, 148), 'beige': (208, 184, 142),
}
KINDS: dict = {}  # of PartShapes
SKETCHED: dict = {}  # of PartSketches


@dataclass(frozen=True)
class Kind:
    """A kind of object.

    Attributes:
        name (str): its name in the vocabulary.
        build (Callable): (rng, color) -> its parts back to front, where ``color`` is the RGB (0..255)
            of what is largest about it.
        colors (tuple[str]): its usual colours, of ``COLORS``.
        synonyms (tuple[str]): other names a person would use for it.
        group (str): what it is a kind of, such as ``animal``.
    """
    name: str
    build: Callable
    colors: tuple
    synonyms: tuple
    group: str


def kind(group: str, colors: Sequence[str], synonyms: Sequence[str],
         kinds: dict[str, Kind] = KINDS) -> Callable[[Callable], Callable]:
    """Enter a builder into ``kinds`` under its function's name."""
    def enter(build):
        kinds[build.__name__] = Kind(build.__name__, build, tuple(colors), tuple(synonyms), group)
        return build
    return enter


sketched = partial(kind, kinds=SKETCHED)
