"""Fishes seen from the side, facing right; each builder returns its parts back to front."""
from collections.abc import Sequence

from .geometry import Point, curve, ellipse, limb, polygon
from .kind import kind
from .part import Color, Part, Rng, eye, shade, turn


def rayed_fin(points: Sequence[Point], color: Color) -> list[Part]:
    """A fin with a few rays."""
    (x0, y0), (x1, y1), *_, (x2, y2) = points
    rays = [limb([(x0 + t * (x2 - x0), y0 + t * (y2 - y0)),
                  (x1 + t * (x2 - x1) * 0.6, y1 + t * (y2 - y1) * 0.6)], 0.014) for t in (0.3, 0.6)]
    return [Part('fin', [polygon(*points)], color), Part('fin', rays, shade(color, 0.7), edge=False)]


def forked_tail(rng: Rng, x: float, up: float, down: float, color: Color) -> list[Part]:
    """A forked tail that starts at (x, 0) and has an upper and a lower lobe."""
    tail = polygon((x + 0.06, -0.05), (x - 0.2, -up), (x - 0.13, 0.0), (x - 0.2, down),
                   (x + 0.06, 0.05))
    return turn([Part('tail', [tail], color)], rng.uniform(-12, 12), (x + 0.05, 0))


@kind('animal', colors=('orange', 'yellow', 'blue', 'red'), synonyms=('goldfish', 'trout', 'carp'))
def fish(rng: Rng, color: Color) -> list[Part]:
    """A plump oval body with scales, a large eye, fins and a forked tail."""
    high = rng.uniform(0.2, 0.3)
    fins = shade(color, 0.72)
    body = [Part('torso', [ellipse(0.05, 0, 0.36, high)], color, textured=True),
            Part('torso', [limb(curve((0.2, -high * 0.7), (0.13, 0), (0.2, high * 0.7)), 0.02)],
                 shade(color, 0.6), edge=False),
            Part('torso', [limb(curve((x, y - 0.06), (x - 0.06, y), (x, y + 0.06)), 0.018)
                           for x, y in ((0.02, -0.05), (-0.1, 0.02), (0.0, 0.1), (-0.12, -0.1))],
                 shade(color, 0.7), edge=False),
            Part('torso', [limb([(0.33, 0.06), (0.4, 0.04)], 0.022)], shade(color, 0.4), edge=False)]
    top = rayed_fin([(-0.16, -high * 0.7), (-0.16 + rng.uniform(-0.06, 0.06), -high - 0.15),
                (0.1, -high - 0.1), (0.2, -high * 0.75)], fins)
    low = rayed_fin([(-0.06, high * 0.8), (-0.12, high + 0.13), (0.12, high * 0.85)], fins)
    side = turn(rayed_fin([(0.12, 0.0), (-0.08, 0.1), (0.1, 0.12)], fins), rng.uniform(-20, 20),
                (0.11, 0.06))
    spread = rng.uniform(0.18, 0.27)
    return [*forked_tail(rng, -0.3, spread, spread, fins), *top, *low, *body, *side,
            *eye(0.27, -0.06, 0.05)]


@kind('animal', colors=('grey', 'blue', 'white'), synonyms=('great white', 'mako'))
def shark(rng: Rng, color: Color) -> list[Part]:
    """A long body with a pointed snout and open teeth, a tall back fin and an uneven tail."""
    dark, high = shade(color, 0.78), rng.uniform(0.14, 0.18)
    upper = curve((-0.46, -0.03), (0.1, -2 * high), (0.56, -0.02), 24)
    lower = curve((0.56, -0.0), (0.16, 2 * high), (-0.46, 0.03), 24)
    belly = polygon(*curve((0.46, 0.05), (0.1, 0.03), (-0.38, 0.03), 16),
                    *curve((-0.38, 0.04), (0.16, 1.9 * high), (0.46, 0.06), 16))
    body = [Part('torso', [polygon(*upper, *lower)], color, textured=True),
            Part('torso', [belly], (238, 238, 236), edge=False),
            Part('torso', [limb([(x, -0.05), (x - 0.02, 0.05)], 0.02) for x in (0.14, 0.19, 0.24)],
                 shade(color, 0.5), edge=False),
            Part('torso', [polygon((0.3, 0.045), (0.48, 0.03), (0.36, 0.1))], (120, 30, 40),
                 edge=False),
            Part('torso', [polygon((x, 0.035), (x + 0.04, 0.033), (x + 0.02, 0.07))
                           for x in (0.34, 0.38, 0.42)], (250, 250, 250), edge=False)]
    tall = rng.uniform(0.2, 0.28)
    back = rayed_fin([(0.12, -high * 0.8), (-0.12, -high - tall), (-0.12, -high * 0.7)], dark)
    side = turn(rayed_fin([(0.16, 0.06), (-0.08, 0.36), (-0.02, 0.08)], dark), rng.uniform(-14, 18),
                (0.06, 0.07))
    return [*forked_tail(rng, -0.46, rng.uniform(0.28, 0.36), 0.19, dark), *back, *body, *side,
            *eye(0.36, -0.05, 0.03)]
