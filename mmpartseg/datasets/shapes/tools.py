"""Things to hold by a handle; each builder returns its parts back to front."""
import numpy as np

from .geometry import Point, box, curve, ellipse, limb, polygon
from .kind import kind
from .part import Color, Part, Rng, shade, turn

METAL = (176, 182, 192)


def grip(start: Point, end: Point, width: float, color: Color) -> list[Part]:
    """A straight handle with a darker band near its end."""
    start, end = np.array(start, float), np.array(end, float)
    band = start + np.multiply([[0.78], [0.86]], end - start)
    return [Part('handle', [limb([start, end], width, width * 1.2)], color, textured=True),
            Part('handle', [limb(band, width * 1.02)], shade(color, 0.6), edge=False)]


def _loop(x, top, bottom, reach, width, color):
    """A bent handle that leaves a wall at height `top` and returns to it at `bottom`."""
    middle = (top + bottom) / 2
    path = np.concatenate([curve((x, top), (x + reach, top - 0.02), (x + reach, middle), 8),
                           curve((x + reach, middle), (x + reach, bottom), (x, bottom), 8)[1:]])
    return Part('handle', [limb(path, width)], shade(color, 0.85))


@kind('tool', ('brown', 'red', 'yellow', 'blue'), ('mallet', 'claw hammer', 'sledgehammer'))
def hammer(rng: Rng, color: Color) -> list[Part]:
    """A straight handle with a heavy steel head across its top, blunt or with a claw."""
    metal, length = shade(METAL, rng.uniform(0.72, 1.18)), rng.uniform(0.46, 0.58)
    y, half = -0.36, rng.uniform(0.2, 0.25)
    block = [box(0.02, y, 1.3 * half, 0.16, 0.02), box(half, y, 0.13, 0.23, 0.03)]
    if rng.random() < 0.65:
        block.append(polygon((-0.06, y - 0.08), *curve(
            (-half * 0.7, y - 0.08), (-half * 1.4, y - 0.06), (-half * 1.7, y + 0.1), 8), *curve(
            (-half * 1.5, y + 0.1), (-half * 1.1, y + 0.04), (-0.06, y + 0.08), 8)))
    else:
        block.append(box(-half, y, 0.13, 0.23, 0.03))
    parts = [*grip((0, y), (0, length), 0.105, color), Part('head', block, metal)]
    return turn(parts, rng.uniform(-40, 40), (0, 0))


@kind('tool', ('brown', 'red', 'black', 'green'), ('hatchet', 'tomahawk', 'battleaxe'))
def axe(rng: Rng, color: Color) -> list[Part]:
    """A straight handle with a broad steel blade to one side of its top."""
    metal, length = shade(METAL, rng.uniform(0.72, 1.18)), rng.uniform(0.46, 0.58)
    reach, flare = rng.uniform(0.3, 0.38), rng.uniform(0.17, 0.23)
    y = -0.3
    blade = polygon((-0.1, y - 0.08), (0.08, y - 0.08), *curve(
        (reach - 0.06, y - flare), (reach + 0.08, y), (reach - 0.06, y + flare + 0.03), 10),
        (0.08, y + 0.1), (-0.1, y + 0.08))
    edge = limb(curve((reach - 0.06, y - flare + 0.04), (reach + 0.05, y),
                      (reach - 0.06, y + flare - 0.01), 10), 0.04)
    parts = [*grip((0, y - 0.14), (0, length), 0.105, color), Part('blade', [blade], metal),
             Part('blade', [edge], shade(metal, 1.3), edge=False)]
    return turn(parts, rng.uniform(-40, 40), (0, 0))


@kind('tool', ('black', 'brown', 'red', 'blue'), ('kitchen knife', 'dagger', 'carving knife'))
def knife(rng: Rng, color: Color) -> list[Part]:
    """A long pointed blade in line with a short handle."""
    metal, length = shade(METAL, rng.uniform(0.72, 1.18)), rng.uniform(0.5, 0.64)
    broad = rng.uniform(0.15, 0.21)
    blade = polygon((0, -0.06), *curve((-length * 0.75, -0.06), (-length * 0.95, -0.05),
                                       (-length, 0.0), 6),
                    *curve((-length * 0.9, broad * 0.5), (-length * 0.6, broad), (0, broad), 8))
    edge = limb([(-length * 0.7, broad * 0.6), (-0.03, broad * 0.6)], 0.03)
    parts = [Part('blade', [blade], metal), Part('blade', [edge], shade(metal, 1.3), edge=False),
             *grip((0.0, 0.02), (rng.uniform(0.3, 0.38), 0.04), 0.115, color)]
    return turn(parts, rng.uniform(-10, 80), (0, 0))


@kind('dish', ('white', 'red', 'blue', 'yellow'), ('mug', 'teacup', 'coffee cup'))
def cup(rng: Rng, color: Color) -> list[Part]:
    """A wide low vessel with an open top and a handle."""
    half, height = rng.uniform(0.26, 0.32), rng.uniform(0.4, 0.54)
    foot = half * rng.uniform(0.62, 1.0)
    top, bottom = -height / 2, height / 2
    wall = polygon((-half, top), *curve((-half, top), (-half, bottom * 0.8), (-foot, bottom), 6),
                   *curve((-foot, bottom), (0, bottom + 0.08), (foot, bottom), 8),
                   *curve((foot, bottom), (half, bottom * 0.8), (half, top), 6))
    return [_loop(half * 0.93, top + height * 0.2, bottom - height * 0.25, rng.uniform(0.2, 0.26),
                  0.085, color),
            Part('body', [wall, ellipse(0, top, half, 0.075)], color, textured=True),
            Part('body', [ellipse(0, top, half * 0.86, 0.05)], shade(color, 0.5), edge=False)]


@kind('dish', ('white', 'blue', 'green', 'beige'), ('pitcher', 'water jug', 'ewer'))
def jug(rng: Rng, color: Color) -> list[Part]:
    """A tall bellied vessel with a narrow neck, a spout and a handle."""
    belly, neck = rng.uniform(0.25, 0.31), rng.uniform(0.13, 0.17)
    top, bottom = rng.uniform(-0.52, -0.44), 0.4
    left = [*curve((-neck, top), (-neck, -0.2), (-belly * 0.8, -0.04), 8),
            *curve((-belly * 0.8, -0.04), (-belly * 1.3, 0.2), (-belly * 0.65, bottom), 10)]
    wall = np.array([*left, *[(-x, y) for x, y in left[::-1]]])
    spout = polygon((-neck, top + 0.17), (-neck - 0.15, top - 0.05), (-neck * 0.2, top - 0.03))
    return [_loop(neck * 0.9, top + 0.1, 0.1, rng.uniform(0.3, 0.36), 0.085, color),
            Part('body', [spout, wall, ellipse(0, top, neck, 0.05)], color, textured=True),
            Part('body', [ellipse(0, top, neck * 0.8, 0.032)], shade(color, 0.5), edge=False)]
