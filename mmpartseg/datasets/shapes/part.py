"""The piece that objects are made of, and the colours it is given."""
import colorsys
from dataclasses import dataclass

import numpy as np


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


def any_color(rng, saturation=(0.3, 0.9), value=(0.4, 0.95)):
    """A random RGB colour (0..255) of any hue."""
    rgb = colorsys.hsv_to_rgb(rng.random(), rng.uniform(*saturation), rng.uniform(*value))
    return tuple(255 * c for c in rgb)


def pick_color(rng, colors, free=0.05):
    """One of `colors`, jittered; with probability `free` a random colour instead."""
    if rng.random() < free:
        return any_color(rng)
    base = colors[rng.integers(len(colors))]
    return tuple(float(c) for c in np.clip(np.array(base) + rng.normal(0, 16, 3), 0, 255))
