"""PartShapes scenes: which objects, where, and the picture with its part and object maps."""
from functools import lru_cache

import numpy as np

from mmpartseg.taxonomy import SEPARATOR, load_metainfo

from . import animals, birds, furniture, vehicles
from .background import camera, coat_pattern, paint_background
from .canvas import NONE, Canvas
from .geometry import ellipse, rotate
from .part import tint

SPLITS = ('train', 'val')
BUILDERS = {builder.__name__: builder for builder in (
    animals.cat, animals.cow, animals.dog, animals.horse, birds.bird, birds.goose,
    vehicles.bicycle, vehicles.bus, vehicles.car, vehicles.truck,
    furniture.chair, furniture.sofa, furniture.table)}
# Centre and size of the cells that objects are placed in, as fractions of the picture.
LAYOUTS = {
    1: [[(0.5, 0.5, 0.9, 0.9)]],
    2: [[(0.26, 0.5, 0.5, 0.8), (0.74, 0.5, 0.5, 0.8)],
        [(0.5, 0.27, 0.8, 0.5), (0.5, 0.74, 0.8, 0.5)],
        [(0.3, 0.3, 0.55, 0.55), (0.7, 0.72, 0.58, 0.52)]],
    3: [[(0.27, 0.28, 0.5, 0.5), (0.74, 0.27, 0.48, 0.5), (0.5, 0.75, 0.6, 0.48)],
        [(0.5, 0.26, 0.6, 0.48), (0.26, 0.74, 0.5, 0.5), (0.75, 0.74, 0.48, 0.5)]],
}


@lru_cache(maxsize=1)
def load_classes():
    """Object names in map order, unseen object names, and part map index by class name."""
    meta = load_metainfo('part_shapes')
    if sorted(meta['object_classes']) != sorted(BUILDERS):
        raise ValueError(f"part_shapes.json lists the objects {sorted(meta['object_classes'])}, "
                         f'but those drawn are {sorted(BUILDERS)}')
    index = {name: i for i, name in enumerate(meta['object_part_classes'])}
    return meta['object_classes'], meta['unseen_objects'], index


def choose_objects(rng, split, index, objects, unseen):
    """One to three object names for a scene, such that each is drawn about equally often.

    One training scene in ten also shows an unseen object; one in a hundred shows nothing else.
    """
    count = int(rng.choice([1, 2, 3], p=[0.8, 0.15, 0.05]))
    if split == 'val':
        # each seen object twice as often as an unseen one
        pool = [*objects, *(name for name in objects if name not in unseen)]
    elif index % 100 == 99:
        pool, count = unseen, 1
    else:
        pool = [name for name in objects if name not in unseen]
    others = rng.integers(len(pool), size=count - 1)
    names = [pool[index % len(pool)], *(pool[i] for i in others)]
    if split == 'train' and index % 10 == 4:
        extra = unseen[rng.integers(len(unseen))]
        names = [names[0], extra, *names[1:2]]
    return [names[i] for i in rng.permutation(len(names))]


def place(rng, parts, cell, side):
    """Pose `parts` at random and fit them into a cell; returns the object's length in pixels."""
    mirror = -1 if rng.random() < 0.5 else 1
    stretch = np.array([mirror * rng.uniform(0.92, 1.08), rng.uniform(0.92, 1.08)])
    angle = rng.normal(0, 7) if rng.random() < 0.85 else rng.uniform(-32, 32)
    for part in parts:
        part.outlines = [rotate(outline * stretch, angle) for outline in part.outlines]
    points = np.concatenate([outline for part in parts for outline in part.outlines])
    low, high = points.min(0), points.max(0)
    x, y, width, height = np.multiply(cell, side)
    scale = min((width, height) / (high - low)) * rng.uniform(0.88, 1.08)
    slack = np.maximum((width, height) - scale * (high - low), 0) / 2
    centre = (x, y) + rng.uniform(-1, 1, 2) * (slack + 0.015 * side)
    for part in parts:
        part.outlines = [(outline - (low + high) / 2) * scale + centre for outline in part.outlines]
    return scale


def paint_shadow(canvas, parts):
    """A soft dark ellipse on the ground below an object."""
    points = np.concatenate([outline for part in parts for outline in part.outlines])
    left, (right, bottom) = points[:, 0].min(), points.max(0)
    for grow, opacity in ((0.52, 0.12), (0.44, 0.16)):
        width = (right - left) * grow
        canvas.blend([ellipse((left + right) / 2, bottom, width, width * 0.14)], (20, 22, 30),
                     opacity)


def render_scene(seed, split, index, size):
    """Draw one scene; it depends on its four arguments only.

    Returns:
        tuple: RGB picture (size, size, 3), part map and object map (size, size), all uint8; 255
        in a map means no part, or no object.
    """
    objects, unseen, class_index = load_classes()
    rng = np.random.default_rng([seed, SPLITS.index(split), index])
    names = choose_objects(rng, split, index, objects, unseen)
    layouts = LAYOUTS[len(names)]
    layout = layouts[rng.integers(len(layouts))]
    canvas = Canvas(size)
    paint_background(rng, canvas)
    placed = []
    for name, cell in zip(names, layout):
        parts = BUILDERS[name](rng)
        placed.append((name, parts, place(rng, parts, cell, canvas.side)))
        paint_shadow(canvas, parts)
    for name, parts, length in placed:
        pattern = coat_pattern(rng, canvas.side, length)
        accent = rng.choice([0.55, 0.7, 1.35])
        for part in parts:
            part.color = tint(part.color, part.name)
            part_id = class_index[name + SEPARATOR + part.name] if part.name else NONE
            canvas.paint(part, part_id, objects.index(name), pattern, accent)
    return (camera(rng, canvas.picture()), *canvas.maps())
