"""A scene of a drawn world: which things, where, and the picture with its exact maps."""
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mmpartseg.taxonomy import SEPARATOR, split_name

from .background import foreground
from .canvas import NONE, Canvas
from .geometry import ellipse, rotate
from .kind import COLORS, Kind
from .part import Color, Part, Rng, any_color, tint
from .style import finish
from .world import SHAPES, Vocabulary, World, load_vocabulary

# part training, tuning, test, and what CLIP and CLIPSeg are pre-trained on
SPLITS = ('train', 'val', 'test', 'pretrain')
USUAL = 0.7  # share of things in one of their kind's usual colours
# Centre and size of the cells that things are placed in, as fractions of the picture.
LAYOUTS = {
    1: [[(0.5, 0.5, 0.9, 0.9)], [(0.5, 0.5, 0.66, 0.66)], [(0.42, 0.56, 0.5, 0.5)]],
    2: [[(0.26, 0.5, 0.5, 0.8), (0.74, 0.5, 0.5, 0.8)],
        [(0.5, 0.27, 0.8, 0.5), (0.5, 0.74, 0.8, 0.5)],
        [(0.3, 0.3, 0.55, 0.55), (0.7, 0.72, 0.58, 0.52)],
        [(0.4, 0.42, 0.66, 0.66), (0.7, 0.68, 0.5, 0.5)]],  # one in front of the other
    3: [[(0.27, 0.28, 0.5, 0.5), (0.74, 0.27, 0.48, 0.5), (0.5, 0.75, 0.6, 0.48)],
        [(0.5, 0.26, 0.6, 0.48), (0.26, 0.74, 0.5, 0.5), (0.75, 0.74, 0.48, 0.5)]],
}


class Thing(NamedTuple):
    """What is known of an object in a scene.

    Attributes:
        kind (str): its kind's name.
        color (str, optional): the name of its colour; None for one without a name.
        pattern (str, optional): ``striped``, ``spotted``, …
        size (str, optional): ``large`` or ``small``; None in between.
        place (tuple[float, float], optional): centre, as shares of width and height.
        parts (tuple[str]): its parts that can be seen.
    """
    kind: str
    color: str | None
    pattern: str | None
    size: str | None
    place: tuple | None
    parts: tuple


class Scene(NamedTuple):
    """A drawn scene; maps are (size, size) uint8 and 255 where there is nothing.

    Attributes:
        image (ndarray): (size, size, 3) uint8 RGB.
        parts, objects (ndarray): class and kind of each pixel, in the order of its world's lists.
        instances (ndarray): position in ``things``.
        things (tuple[Thing]): what it shows.
        background (tuple): what is above, what is below, and the row between, as a share.
        style (str): a key of its world's styles.
    """
    image: np.ndarray
    parts: np.ndarray
    objects: np.ndarray
    instances: np.ndarray
    things: tuple
    background: tuple
    style: str


def choose_kinds(rng: Rng, split: str, index: int, vocabulary: Vocabulary) -> list[str]:
    """One to three kinds for a scene, such that each is drawn about equally often.

    In part training one scene in 20 also shows an unseen kind, one in a hundred shows nothing else,
    and a kind without parts is an extra now and then; elsewhere all are equal.
    """
    count = int(rng.choice([1, 2, 3], p=[0.6, 0.3, 0.1]))
    if split != 'train':
        pool = vocabulary.objects
    elif index % 100 == 99:
        pool, count = vocabulary.unseen, 1
    else:
        pool = vocabulary.seen
    names = [pool[index % len(pool)], *(pool[i] for i in rng.integers(len(pool), size=count - 1))]
    if count > 1 and rng.random() < 0.25:
        names[1] = names[0]  # two of a kind, so that there is something to count
    if split == 'train' and index % 20 == 4:
        names = [names[0], vocabulary.unseen[rng.integers(len(vocabulary.unseen))]]
    elif split == 'train' and index % 20 == 14 and vocabulary.without_parts:
        others = vocabulary.without_parts
        names = [names[0], others[rng.integers(len(others))]]
    return [names[i] for i in rng.permutation(len(names))]


def choose_color(rng: Rng, kind: Kind) -> tuple[str | None, Color]:
    """A kind's colour: its name (None if it has none) and RGB values."""
    if rng.random() > 0.95:
        return None, any_color(rng)
    names = kind.colors if rng.random() < USUAL else tuple(COLORS)
    name = names[rng.integers(len(names))]
    return name, tuple(np.clip(np.add(COLORS[name], rng.normal(0, 12, 3)), 0, 255).tolist())


def place(rng: Rng, parts: list[Part], cell: Sequence[float], side: int) -> float:
    """Pose `parts` at random and fit them into a cell; returns the object's length in pixels."""
    mirror = -1 if rng.random() < 0.5 else 1
    stretch = np.array([mirror * rng.uniform(0.92, 1.08), rng.uniform(0.92, 1.08)])
    angle = rng.normal(0, 7) if rng.random() < 0.85 else rng.uniform(-32, 32)
    for part in parts:
        part.outlines = [rotate(outline * stretch, angle) for outline in part.outlines]
    points = np.concatenate([outline for part in parts for outline in part.outlines])
    low, high = points.min(0), points.max(0)
    x, y, width, height = np.multiply(cell, side)
    scale = min((width, height) / (high - low)) * rng.uniform(0.82, 1.08)
    slack = np.maximum((width, height) - scale * (high - low), 0) / 2
    centre = (x, y) + rng.uniform(-1, 1, 2) * (slack + 0.015 * side)
    for part in parts:
        part.outlines = [(outline - (low + high) / 2) * scale + centre for outline in part.outlines]
    return scale * (high - low).max()


def paint_shadow(canvas: Canvas, parts: list[Part]) -> None:
    """A soft dark ellipse on the ground below an object."""
    points = np.concatenate([outline for part in parts for outline in part.outlines])
    left, (right, bottom) = points[:, 0].min(), points.max(0)
    for grow, opacity in ((0.52, 0.12), (0.44, 0.16)):
        width = (right - left) * grow
        canvas.blend([ellipse((left + right) / 2, bottom, width, width * 0.14)], (20, 22, 30),
                     opacity)


def paint_thing(rng: Rng, canvas: Canvas, name: str, position: int, cell: Sequence[float],
                world: World) -> tuple[str | None, str | None, str | None]:
    """Draw one object; returns what :class:`Thing` says of it before the others are drawn."""
    vocabulary = load_vocabulary(world)
    color_name, color = choose_color(rng, world.kinds[name])
    parts = world.kinds[name].build(rng, color)
    length = place(rng, parts, cell, canvas.side)
    pattern, pattern_name = world.pattern(rng, canvas.side, length)
    accent = rng.choice(world.accents)
    if not any(part.textured for part in parts):
        pattern = pattern_name = None
    if not canvas.style.paper:
        paint_shadow(canvas, parts)
    for part in parts:
        part.color = tint(part.color, part.name, world.tints)
        part_id = vocabulary.class_index[name + SEPARATOR + part.name] if part.name else NONE
        canvas.paint(part, (part_id, vocabulary.objects.index(name), position), pattern, accent)
    share = length / canvas.side
    size = 'large' if share > 0.8 else 'small' if share < 0.45 else None
    return color_name, pattern_name, size


def seen_things(names: Sequence[str], said: Sequence[tuple], maps: Sequence[np.ndarray],
                vocabulary: Vocabulary) -> tuple[Thing, ...]:
    """The things of a scene with where they are and which of their parts can be seen."""
    parts, _, instances = maps
    classes = list(vocabulary.class_index)
    things = []
    for position, (name, (color, pattern, size)) in enumerate(zip(names, said)):
        rows, columns = np.nonzero(instances == position)
        centre = tuple((float(np.mean(each)) + 0.5) / len(instances) for each in (columns, rows)
                       ) if len(rows) else None
        found = np.unique(parts[instances == position])
        visible = tuple(split_name(classes[k])[1] for k in found if k != NONE)
        things.append(Thing(name, color, pattern, size, centre, visible))
    return tuple(things)


def render_scene(seed: int, split: str, index: int, size: int, world: World = SHAPES) -> Scene:
    """Draw one scene; it depends on its arguments only.

    Args:
        seed (int): of the data set.
        split (str): one of ``SPLITS``; each has random numbers of its own.
        index (int): which scene.
        size (int): side of the picture, in pixels.
        world (World): what can be drawn, and how.

    Returns:
        Scene: a thing that is hidden entirely has None for its ``place``.
    """
    vocabulary = load_vocabulary(world)
    rng = np.random.default_rng([seed, SPLITS.index(split), index])
    names = choose_kinds(rng, split, index, vocabulary)
    layouts = LAYOUTS[len(names)]
    layout = layouts[rng.integers(len(layouts))]
    style = list(world.styles)[rng.integers(len(world.styles))]
    canvas = Canvas(size, world.styles[style])
    background = world.background(rng, canvas)
    said = [paint_thing(rng, canvas, name, position, cell, world)
            for position, (name, cell) in enumerate(zip(names, layout))]
    if rng.random() < 0.1:
        canvas.paint(Part('', foreground(rng, canvas.side), any_color(rng, (0.1, 0.4), (0.3, 0.6))))
    parts, objects, instances = maps = canvas.maps()
    return Scene(finish(rng, canvas.picture(), canvas.style), parts, objects, instances,
                 seen_things(names, said, maps, vocabulary), background, style)
