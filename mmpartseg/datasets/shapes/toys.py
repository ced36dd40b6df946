"""Toys; each builder returns its parts back to front."""
from .geometry import curve, ellipse, limb, polygon, rotate
from .kind import kind
from .part import Color, Part, Rng, shade

PALE = (246, 242, 232)


@kind('toy', ('red', 'blue', 'orange', 'green'), ('beach ball', 'football', 'rubber ball'))
def ball(rng: Rng, color: Color) -> list[Part]:
    """A round ball with pale panels, seams or a belt."""
    radius, style = 0.45, int(rng.integers(3))
    if style == 0:
        rim = ellipse(0, 0, radius, radius, n=36)
        marks = [polygon((0.03, -0.06), *rim[12 * k:12 * k + 7]) for k in range(3)]
    elif style == 1:
        marks = [limb(curve((-0.44, 0.0), (0, 0.14), (0.44, 0.0)), 0.03),
                 limb([(0, -0.44), (0.04, 0), (0, 0.44)], 0.03),
                 *[limb(curve((s * 0.3, -0.32), (s * 0.02, 0), (s * 0.3, 0.32)), 0.03) for s in (-1, 1)]]
    else:
        upper, lower = curve((-0.43, -0.1), (0, 0.06), (0.43, -0.1)), curve(
            (0.43, 0.1), (0, 0.3), (-0.43, 0.1))
        marks = [polygon(*upper, *lower)]
    turn = rng.uniform(-60, 60)
    tone = shade(color, 0.4) if style == 1 else PALE
    return [Part('', [ellipse(0, 0, radius, radius, n=48)], color),
            Part('', [rotate(mark, turn) for mark in marks], tone, edge=False)]
