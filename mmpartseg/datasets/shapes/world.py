"""The drawn worlds: what each can show, and how."""
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from mmpartseg.taxonomy import load_metainfo, split_name

from . import (  # noqa: F401  each enters its kinds
    animals,
    birds,
    buildings,
    furniture,
    insects,
    plants,
    sea,
    sketched_animals,
    sketched_things,
    sketched_vehicles,
    sketched_water_animals,
    tools,
    toys,
    two_wheelers,
    vehicles,
)
from .background import coat_pattern, paint_background
from .kind import KINDS, SKETCHED
from .paper import hatching, paint_paper
from .part import TINTS
from .style import PAPER_STYLES, STYLES


@dataclass(frozen=True, eq=False)
class World:
    """A drawn world; all else about a scene is the same in each of them.

    Attributes:
        name (str): of its vocabulary.
        kinds (dict[str, Kind]): what can be drawn.
        styles (dict[str, Style]): manners of drawing.
        background (Callable): (rng, canvas) -> name of what is above, name of what is below, and the
            row between, as a share.
        pattern (Callable): (rng, side, unit) -> where textured parts are brighter or darker,
            (side, side) bool or None, and what that is called, or None; ``unit`` is the object's length.
        accents (tuple[float]): brightness there, one of them for each object.
        tints (dict[str, tuple]): the RGB colour that a part of this name leans towards.
    """
    name: str
    kinds: dict
    styles: dict
    background: Callable
    pattern: Callable
    accents: tuple
    tints: dict


SHAPES = World('part_shapes', KINDS, STYLES, paint_background, coat_pattern, (0.55, 0.7, 1.35), TINTS)
SKETCHES = World('part_sketches', SKETCHED, PAPER_STYLES, paint_paper, hatching, (0.45, 0.6, 0.75), {})
WORLDS = {world.name: world for world in (SHAPES, SKETCHES)}


class Vocabulary(NamedTuple):
    """The names of a world.

    Attributes:
        objects (tuple[str]): kinds in the order of ids in the object maps.
        unseen (tuple[str]): kinds whose parts are never trained on.
        class_index (dict[str, int]): id of each class in the part maps.
    """
    objects: tuple
    unseen: tuple
    class_index: dict

    @property
    def seen(self) -> tuple[str, ...]:
        """Kinds with parts that are trained on."""
        with_parts = dict.fromkeys(split_name(name)[0] for name in self.class_index)
        return tuple(name for name in with_parts if name not in self.unseen)

    @property
    def without_parts(self) -> list[str]:
        """Kinds that have no class."""
        return sorted(set(self.objects) - set(self.seen) - set(self.unseen))


@lru_cache
def load_vocabulary(world: World = SHAPES) -> Vocabulary:
    """:class:`Vocabulary` of what is drawn; ValueError if the lists and the builders differ."""
    meta = load_metainfo(world.name)
    if sorted(meta['object_classes']) != sorted(world.kinds):
        raise ValueError(f"{world.name}.json lists the objects {sorted(meta['object_classes'])}, "
                         f'but those drawn are {sorted(world.kinds)}')
    index = {name: i for i, name in enumerate(meta['object_part_classes'])}
    return Vocabulary(tuple(meta['object_classes']), tuple(meta['unseen_objects']), index)
