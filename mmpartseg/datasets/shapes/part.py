"""The piece that objects are made of, and the colours it is given."""
import colorsys
from dataclasses import dataclass

import numpy as np

from .geometry import ellipse, rotate

# Each kind of part leans towards a colour of its own, on whatever object it is: what a part looks
# like carries over to objects never seen. Kinds that are not listed keep their object's colour.
TINTS = {
    'head': (255, 236, 196), 'ear': (120, 30, 90), 'leg': (72, 60, 64), 'tail': (186, 34, 34),
    'wing': (40, 48, 116), 'neck': (236, 196, 84), 'back': (36, 52, 96), 'seat': (250, 236, 226),
    'arm': (222, 120, 30), 'top': (250, 244, 220), 'fin': (40, 48, 116), 'handle': (120, 74, 40),
    'roof': (150, 40, 36), 'trunk': (96, 62, 36), 'frame': (120, 120, 128)
}


@dataclass
class Part:
    """Outlines painted as one; an empty name marks object pixels that belong to no part."""

    name: str
    outlines: list
    color: tuple
    textured: bool = False
    edge: bool = True


def shade(color, factor):
    """An RGB colour (0..255) made darker (factor < 1) or lighter (factor > 1)."""
    return tuple(float(c) for c in np.clip(np.multiply(color, factor), 0, 255))


def tint(color, name, tints=TINTS, strength=0.4):
    """An RGB colour (0..255) mixed with the one of the part's kind."""
    towards = tints.get(name, color)
    return tuple((1 - strength) * a + strength * b for a, b in zip(color, towards))


def any_color(rng, saturation=(0.3, 0.9), value=(0.4, 0.95)):
    """A random RGB colour (0..255) of any hue."""
    rgb = colorsys.hsv_to_rgb(rng.random(), rng.uniform(*saturation), rng.uniform(*value))
    return tuple(255 * c for c in rgb)


def pick_color(rng, colors, free=0.03):
    """One of `colors`, jittered; with probability `free` a random colour instead."""
    if rng.random() < free:
        return any_color(rng)
    base = colors[rng.integers(len(colors))]
    return tuple(float(c) for c in np.clip(np.array(base) + rng.normal(0, 16, 3), 0, 255))


def eye(x, y, radius, name='eye'):
    """A dark pupil on a light eye, two parts of the given name."""
    return [Part(name, [ellipse(x, y, radius, radius * 1.15)], (248, 247, 242), edge=False),
            Part(name, [ellipse(x + radius * 0.15, y, radius * 0.66, radius * 0.85)], (30, 26, 30),
                 edge=False)]


def turn(parts, angle, about):
    """The same parts turned clockwise by `angle` degrees about a point."""
    for part in parts:
        part.outlines = [rotate(outline, angle, about) for outline in part.outlines]
    return parts


def renamed(parts, names):
    """The same parts under other names: ``names`` maps old to new ones, others stay."""
    for part in parts:
        part.name = names.get(part.name, part.name)
    return parts
