"""Birds facing right; each builder returns its parts back to front."""
from collections.abc import Sequence

from .geometry import curve, ellipse, limb, polygon
from .kind import kind
from .part import Color, Part, Rng, eye, shade, turn

ORANGE = (240, 150, 36)
PALE = (244, 242, 236)


def bird_legs(rng: Rng, y: float, length: float, color: Color,
              xs: Sequence[float] = (-0.07, 0.09)) -> list[Part]:
    """Two legs with flat feet that start at height `y`."""
    legs = []
    for x in xs:
        foot = (x + rng.uniform(-0.06, 0.06), y + length)
        path = limb([(x, y), foot], 0.075)
        toes = limb([(foot[0] - 0.03, foot[1]), (foot[0] + 0.1, foot[1] + 0.01)], 0.065)
        legs.append(Part('leg', [path, toes], color))
    return legs


def bird_wing(rng: Rng, color: Color) -> list[Part]:
    """A wing that hangs folded or is raised, hinged at the shoulder."""
    lift = rng.uniform(-12, 22) if rng.random() < 0.55 else rng.uniform(35, 80)
    wing = [Part('wing', [polygon((0.16, -0.05), (0.14, 0.06), (0.0, 0.12), (-0.2, 0.11),
                                  (-0.44, 0.04), (-0.26, -0.05), (0.02, -0.11))], color),
            *(Part('wing', [limb([(-0.02, y), (x, y + 0.01)], 0.02)], shade(color, 0.7), edge=False)
              for x, y in ((-0.24, 0.05), (-0.28, 0.0)))]
    return turn(wing, lift, (0.1, 0.0))


def _body(color, plump=1.0):
    """A drop-shaped torso that ends in a pointed tail."""
    return Part('torso', [ellipse(0, 0, 0.3, 0.2 * plump, 6),
                          polygon((-0.18, -0.14), (-0.54, -0.16), (-0.48, 0.0), (-0.16, 0.13))],
                color, textured=True)


def _head(rng, x, y, radius, color, length, hinge):
    """A round head with an eye and a pointed beak of the given length, turned about `hinge`."""
    beak = polygon((x + radius * 0.55, y - radius * 0.62), (x + radius + length, y + 0.03),
                   (x + radius * 0.55, y + radius * 0.78))
    mouth = limb([(x + radius * 0.9, y + 0.02), (x + radius + length * 0.7, y + 0.03)], 0.016)
    return turn([Part('beak', [beak], ORANGE), Part('beak', [mouth], shade(ORANGE, 0.6), edge=False),
                 Part('head', [ellipse(x, y, radius, radius * 0.97)], color, textured=True),
                 *eye(x + radius * 0.3, y - radius * 0.2, radius * 0.2, 'head')],
                rng.uniform(-18, 18), hinge)


@kind('animal', colors=('blue', 'red', 'yellow', 'green'), synonyms=('sparrow', 'songbird', 'robin'))
def bird(rng: Rng, color: Color) -> list[Part]:
    """A small round songbird on thin legs."""
    head = _head(rng, 0.29, -0.22, 0.17, shade(color, 1.1), 0.19, (0.22, -0.12))
    return [*bird_legs(rng, 0.14, rng.uniform(0.2, 0.28), shade(ORANGE, 0.85)),
            _body(color, rng.uniform(0.95, 1.15)), *head, *bird_wing(rng, shade(color, 0.68))]


@kind('animal', colors=('white', 'grey', 'beige', 'brown'), synonyms=('gander', 'gosling'))
def goose(rng: Rng, color: Color) -> list[Part]:
    """A long-bodied bird with a long, bent neck."""
    top = (0.44 + rng.uniform(-0.06, 0.06), -0.6)
    bend = rng.uniform(0.36, 0.5)
    neck = Part('neck', [limb(curve((0.16, -0.02), (bend, -0.2), top), 0.2, 0.13)],
                shade(color, 0.92), textured=True)
    head = _head(rng, top[0] + 0.04, top[1] - 0.04, 0.135, shade(color, 1.1), 0.21, top)
    return [*bird_legs(rng, 0.14, rng.uniform(0.18, 0.24), ORANGE), _body(color), neck, *head,
            *bird_wing(rng, shade(color, 0.72))]


@kind('animal', colors=('black', 'blue', 'grey'), synonyms=('emperor penguin', 'king penguin'))
def penguin(rng: Rng, color: Color) -> list[Part]:
    """An upright body with a pale belly, flippers at its sides and broad feet."""
    wide = rng.uniform(0.22, 0.27)
    feet = [Part('leg', [limb([(x, 0.36), (x, 0.45)], 0.1),
                         limb([(x - 0.03, 0.46), (x + 0.13, 0.46)], 0.09)], ORANGE)
            for x in (-0.14, 0.07)]
    torso = [Part('torso', [ellipse(0, 0.08, wide, 0.36)], color, textured=True),
             Part('torso', [ellipse(0.05, 0.13, wide * 0.7, 0.28)], PALE, edge=False)]
    flippers = []
    for side in (-1, 1):
        tip = rng.uniform(0.06, 0.16) if rng.random() < 0.6 else rng.uniform(0.2, 0.3)
        path = curve((side * wide * 0.75, -0.14), (side * (wide + 0.1), -0.04),
                     (side * (wide + tip), 0.28 - 1.2 * max(tip - 0.16, 0)))
        flippers.append(Part('wing', [limb(path, 0.13, 0.07)], shade(color, 0.8)))
    head = _head(rng, 0.02, -0.32, 0.18, shade(color, 1.05), 0.21, (0.0, -0.2))
    return [*feet, *torso, *flippers, *head]
