"""The piece that objects are made of, and the colours it is given."""
import colorsys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .geometry import Point, ellipse, rotate

Color = Sequence[float] | np.ndarray  # RGB, 0..255
Rng = np.random.Generator

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
    color: Color
    textured: bool = False
    edge: bool = True


Parts = Sequence[Part]


def shade(color: Color, factor: float) -> tuple[float, ...]:
    """An RGB colour (0..255) made darker (factor < 1) or lighter (factor > 1)."""
    return tuple(float(c) for c in np.clip(np.multiply(color, factor), 0, 255))


def tint(color: Color, name: str, tints: dict[str, tuple] = TINTS, strength: float = 0.4) -> tuple[float,
         ...]:
    """An RGB colour (0..255) mixed with the one of the part's kind."""
    towards = tints.get(name, color)
    return tuple((1 - strength) * a + strength * b for a, b in zip(color, towards))


def any_color(rng: Rng, saturation: tuple[float, float] = (0.3, 0.9),
              value: tuple[float, float] = (0.4, 0.95)) -> tuple[float, ...]:
    """A random RGB colour (0..255) of any hue."""
    rgb = colorsys.hsv_to_rgb(rng.random(), rng.uniform(*saturation), rng.uniform(*value))
    return tuple(255 * c for c in rgb)


def pick_color(rng: Rng, colors: Sequence[Color], free: float = 0.03) -> tuple[float, ...]:
    """One of `colors`, jittered; with probability `free` a random colour instead."""
    if rng.random() < free:
        return any_color(rng)
    base = colors[int(rng.integers(len(colors)))]
    return tuple(float(c) for c in np.clip(np.array(base) + rng.normal(0, 16, 3), 0, 255))


def eye(x: float, y: float, radius: float, name: str = 'eye') -> list[Part]:
    """A dark pupil on a light eye, two parts of the given name."""
    return [Part(name, [ellipse(x, y, radius, radius * 1.15)], (248, 247, 242), edge=False),
            Part(name, [ellipse(x + radius * 0.15, y, radius * 0.66, radius * 0.85)], (30, 26, 30),
                 edge=False)]


def turn(parts: list[Part], angle: float, about: Point) -> list[Part]:
    """The same parts turned clockwise by `angle` degrees about a point."""
    for part in parts:
        part.outlines = [rotate(outline, angle, about) for outline in part.outlines]
    return parts


def renamed(parts: list[Part], names: dict[str, str]) -> list[Part]:
    """The same parts under other names: ``names`` maps old to new ones, others stay."""
    for part in parts:
        part.name = names.get(part.name, part.name)
    return parts
