"""Insects and the snake; each builder returns its parts back to front."""
import numpy as np

from .geometry import curve, ellipse, limb, polygon
from .kind import kind
from .part import Color, Part, Rng, eye, pick_color, shade, turn

DARK = (44, 38, 40)


def _antennae(x, y, spread, length, rng):
    """Two feelers with knobs that start at (x, y) and point up."""
    feelers = []
    for side in (-1, 1):
        tip = (x + side * spread * rng.uniform(0.8, 1.25), y - length)
        feelers.append(Part('antenna', [limb(curve((x + side * 0.02, y),
                                                   (x + side * 0.02, y - length * 0.7), tip), 0.035),
                                        ellipse(*tip, 0.035, 0.035)], DARK, edge=False))
    return feelers


def _wing(x, y, length, width, angle, color):
    """A rounded wing with two veins, from its root (x, y) out along `angle` degrees."""
    veins = [limb([(x + 0.05, y), (x + length * 0.85, y + s * width * 0.4)], 0.018) for s in (-1, 1)]
    shape = polygon(*curve((x, y), (x + length * 0.4, y - width * 1.7), (x + length, y - width * 0.4)),
                    *curve((x + length, y - width * 0.3), (x + length * 1.1, y + width * 1.6), (x, y)))
    return turn([Part('wing', [shape], color, textured=True),
                 Part('wing', veins, shade(color, 0.6), edge=False)], angle, (x, y))


@kind('animal', colors=('orange', 'blue', 'yellow', 'purple'), synonyms=('moth', 'monarch'))
def butterfly(rng: Rng, color: Color) -> list[Part]:
    """Two pairs of broad, spotted wings around a slender body, seen from above."""
    long, tilt, wide = rng.uniform(0.44, 0.54), rng.uniform(-48, -26), rng.uniform(0.2, 0.27)
    spot = pick_color(rng, [(248, 246, 240), (40, 36, 44), (250, 220, 80)])
    wings = []
    for y, reach, angle, tone in ((0.04, long * 0.78, tilt + 82, 0.78), (-0.06, long, tilt, 1.0)):
        wing = _wing(0.02, y, reach, wide, angle, shade(color, tone))
        wing += turn([Part('wing', [ellipse(0.02 + reach * 0.72, y, 0.065, 0.055)], spot,
                           edge=False)], angle, (0.02, y))
        for part in wing:
            part.outlines += [outline * (-1, 1) for outline in part.outlines]
        wings += wing
    torso = Part('torso', [limb([(0, -0.17), (0, 0.24)], 0.1, 0.06), ellipse(0, -0.2, 0.065, 0.06)],
                 DARK)
    return [*wings, *_antennae(0, -0.24, 0.12, 0.2, rng), torso]


@kind('animal', colors=('yellow', 'orange'), synonyms=('honeybee', 'bumblebee'))
def bee(rng: Rng, color: Color) -> list[Part]:
    """A plump striped body with a sting, small raised wings and a round dark head."""
    high = rng.uniform(0.18, 0.22)
    stripes = []
    for x in (-0.22, -0.08, 0.06):
        half = high * np.sqrt(1 - (x / 0.34) ** 2) * 0.97
        stripes.append(Part('torso', [limb(curve((x, -half), (x - 0.05, 0), (x, half)), 0.075)],
                            DARK, edge=False))
    sting = Part('torso', [polygon((-0.3, -0.06), (-0.45, 0.01), (-0.3, 0.07))], DARK)
    head = [Part('torso', [ellipse(0.34, -0.02, 0.13, 0.13)], (78, 64, 56)),
            *eye(0.38, -0.05, 0.035, 'torso')]
    pale, lift = pick_color(rng, [(214, 230, 244), (232, 236, 240)], free=0), rng.uniform(-20, 14)
    long = rng.uniform(0.36, 0.44)
    wings = [*_wing(0.02, -high * 0.8, long, 0.13, lift - 70, shade(pale, 0.88)),
             *_wing(-0.06, -high * 0.8, long, 0.13, lift - 118, pale)]
    feelers = _antennae(0.38, -0.12, 0.09, 0.18, rng)
    return [*wings, sting, Part('torso', [ellipse(0, 0, 0.34, high)], color, textured=True),
            *stripes, *feelers, *head]


@kind('animal', colors=('green', 'brown', 'yellow', 'red'), synonyms=('serpent', 'viper', 'python'))
def snake(rng: Rng, color: Color) -> list[Part]:
    """A long winding band with rings, a flat head and a forked tongue."""
    waves, high = rng.uniform(1.1, 1.6), rng.uniform(0.17, 0.25)
    t = np.linspace(0, 1, 37)
    path = np.stack([t - 0.5, high * np.sin(2 * np.pi * waves * (1 - t)) * (0.5 + 0.5 * t)], 1)
    widths = np.interp(t, [0, 0.4, 1], [0.04, 0.15, 0.13])
    band = [limb(path[i:i + 3], widths[i], widths[min(i + 2, 36)]) for i in range(0, 35)]
    rings = [limb(path[i:i + 2], widths[i] * 0.95) for i in range(5, 33, 4)]
    x, y = path[-1] + (0.04, -0.01)
    tongue = [limb([(x + 0.08, y), (x + 0.18, y)], 0.025),
              *(limb([(x + 0.17, y), (x + 0.23, y + s * 0.04)], 0.022) for s in (-1, 1))]
    return [Part('', band, color, textured=True), Part('', rings, shade(color, 0.6), edge=False),
            Part('', tongue, (206, 36, 50), edge=False),
            Part('', [ellipse(x, y, 0.13, 0.095)], shade(color, 1.08)),
            *eye(x + 0.04, y - 0.035, 0.026, '')]
