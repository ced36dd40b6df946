"""Furniture seen from the front; each builder returns its parts back to front."""
from collections.abc import Sequence

from .geometry import box, ellipse, limb, polygon
from .kind import kind
from .part import Color, Part, Rng, pick_color, shade

WOODS = ((150, 100, 56), (206, 164, 90), (110, 70, 44))
LINEN = ((246, 244, 238), (236, 226, 206), (206, 222, 240))


def tapered_legs(rng: Rng, xs: Sequence[float], top: float, bottom: float, width: float, wood: Color,
                 far: Sequence[float] = ()) -> list[Part]:
    """Tapered legs at the given x positions; those in `far` are shorter and darker."""
    splay = rng.uniform(0, 0.06)
    legs = []
    for x in (*far, *xs):
        shorter, tone = (0.07, 0.6) if x in far else (0.0, 0.9)
        side = 1 if x > 0 else -1
        path = [(x, top), (x + side * splay, bottom - shorter)]
        legs.append(Part('leg', [limb(path, width, width * 0.8)], shade(wood, tone)))
    return legs


def _back(half, top, bottom, color, bars=0):
    """An upright board or cushion, with optional bars across it."""
    height = bottom - top
    return [Part('back', [box(0, (top + bottom) / 2, 2 * half, height, 0.07)], shade(color, 0.82),
                 textured=True),
            *[Part('back', [box(0, top + height * (k + 1) / (bars + 1.6), half * 1.45, 0.026)],
                   shade(color, 0.5), edge=False) for k in range(bars)]]


def _slats(rng, half, top, bottom, color):
    """A see-through back of two posts, a rail across their tops and upright slats."""
    count = int(rng.integers(2, 4))
    slats = [box(half * (2 * (k + 1) / (count + 1) - 1), (top + bottom) / 2, 0.05, bottom - top)
             for k in range(count)]
    return [Part('back', slats, shade(color, 0.7)),
            Part('back', [limb([(s * half * 0.9, top), (s * half * 0.9, bottom)], 0.085)
                          for s in (-1, 1)] + [box(0, top + 0.03, 2 * half, 0.12, 0.05)],
                 shade(color, 0.82), textured=True)]


@kind('furniture', ('brown', 'blue', 'red', 'green'), ('dining chair', 'kitchen chair'))
def chair(rng: Rng, color: Color) -> list[Part]:
    """A narrow seat on long legs with a high back, some with armrests."""
    wood = shade(color, 0.75) if rng.random() < 0.5 else pick_color(rng, WOODS)
    half, height = rng.uniform(0.21, 0.25), rng.uniform(0.42, 0.52)
    legs = tapered_legs(rng, (-half * 0.92, half * 0.92), 0.1, rng.uniform(0.48, 0.56), 0.085, wood,
                 (-half * 0.5, half * 0.5))
    seat = [Part('seat', [polygon((-half * 0.88, -0.01), (half * 0.88, -0.01), (half * 1.12, 0.13),
                                  (-half * 1.12, 0.13))], shade(color, 1.15), textured=True),
            Part('seat', [box(0, 0.15, half * 2.24, 0.055, 0.01)], shade(color, 0.9))]
    arms = []
    if rng.random() < 0.65:
        arms = [Part('arm', [box(s * half * 1.16, 0.0, 0.1, 0.24, 0.05)], shade(color, 0.98))
                for s in (-1, 1)]
    back = (_slats(rng, half * 0.92, -height, 0.02, color) if rng.random() < 0.4
            else _back(half * 0.92, -height, 0.02, color, int(rng.integers(0, 3))))
    return [*legs, *back, *seat, *arms]


@kind('furniture', ('grey', 'red', 'green', 'beige'), ('couch', 'settee', 'loveseat'))
def sofa(rng: Rng, color: Color) -> list[Part]:
    """A low soft seat for one to three between two thick armrests on short legs."""
    count = int(rng.choice([1, 2, 3], p=[0.2, 0.4, 0.4]))
    half, height = (0.38, 0.45, 0.54)[count - 1] * rng.uniform(0.95, 1.05), rng.uniform(0.28, 0.36)
    legs = tapered_legs(rng, (-half * 0.86, half * 0.86), 0.2, rng.uniform(0.36, 0.42), 0.115,
                 pick_color(rng, WOODS))
    step = (2 * half - 0.24) / count
    seats = [Part('seat', [box(0.12 - half + step * (k + 0.5), 0.07, step, 0.15, 0.04)],
                  shade(color, 1.15), textured=True) for k in range(count)]
    apron = Part('seat', [box(0, 0.18, half * 1.8, 0.11, 0.02)], shade(color, 0.9))
    arms = [Part('arm', [box(s * (half - 0.06), 0.08, 0.18, 0.32, 0.07)], shade(color, 0.98),
                 textured=True) for s in (-1, 1)]
    return [*legs, *_back(half * 0.93, 0.03 - height, 0.1, color), apron, *seats, *arms]


@kind('furniture', ('brown', 'beige', 'white', 'green'), ('desk', 'dining table', 'coffee table'))
def table(rng: Rng, color: Color) -> list[Part]:
    """A wide top, square or round, on four legs."""
    half, depth = rng.uniform(0.42, 0.52), rng.uniform(0.14, 0.22)
    inner = half * rng.uniform(0.68, 0.85)
    bright, dark = shade(color, 1.12), shade(color, 0.8)
    if rng.random() < 0.4:
        y, near = -depth / 2, half * 0.62
        top = [Part('top', [ellipse(0, y + 0.05, half, depth * 0.72)], dark),
               Part('top', [ellipse(0, y, half, depth * 0.72)], bright, textured=True)]
    else:
        near = half * 0.88
        top = [Part('top', [polygon((-inner, -depth), (inner, -depth), (half, 0.0), (-half, 0.0))],
                    bright, textured=True), Part('top', [box(0, 0.03, 2 * half, 0.07, 0.01)], dark)]
    wood = shade(color, 0.85) if rng.random() < 0.6 else pick_color(rng, WOODS)
    bottom = rng.uniform(0.4, 0.54)
    return [*tapered_legs(rng, (-near, near), -0.02, bottom, 0.095, wood, (-near * 0.6, near * 0.6)), *top]


def _bed_from_side(rng, color, wood):
    """A bed with its headboard to the left."""
    high, foot = rng.uniform(-0.4, -0.3), rng.uniform(0.46, 0.56)
    skew, depth = 0.1, rng.uniform(0.17, 0.23)
    legs = [Part('leg', [limb([(x, 0.16), (x, 0.32)], 0.1, 0.085)], shade(wood, tone))
            for x, tone in ((foot - 0.02 + skew, 0.6), (-0.44, 0.9), (foot - 0.06, 0.9))]
    board = polygon((-0.52, high + 0.1), (-0.38, high - 0.06), (-0.38, 0.1), (-0.52, 0.22))
    cover = polygon((-0.42, 0.04), (-0.42 + skew, 0.04 - depth), (foot + skew, 0.04 - depth),
                    (foot, 0.04))
    side = polygon((-0.46, 0.04), (foot, 0.04), (foot + skew, 0.04 - depth),
                   (foot + skew, 0.17 - depth / 2), (foot, 0.2), (-0.46, 0.2))
    pillow = limb([(-0.27, -0.03), (-0.2, -depth)], 0.19)
    return [*legs, Part('back', [board], shade(wood, 0.9)), Part('top', [side], shade(color, 0.8)),
            Part('top', [cover], color, textured=True),
            Part('pillow', [pillow], pick_color(rng, LINEN))]


def _bed_from_foot(rng, color, wood):
    """A bed with its foot end in front and one or two pillows."""
    near, depth = rng.uniform(0.4, 0.46), rng.uniform(0.34, 0.42)
    far, count = near * 0.78, int(rng.integers(1, 3))
    cover = polygon((-far, -depth), (far, -depth), (near, 0.06), (-near, 0.06))
    linen, width = pick_color(rng, LINEN), far * (1.15, 0.82)[count - 1]
    pillows = [Part('pillow', [box((k - (count - 1) / 2) * far * 0.96, 0.05 - depth, width, 0.17,
                                   0.06)], linen) for k in range(count)]
    return [*tapered_legs(rng, (-near * 0.9, near * 0.9), 0.16, 0.32, 0.12, wood),
            *_back(far * 1.08, -depth - rng.uniform(0.16, 0.24), 0.0, wood),
            Part('top', [cover], color, textured=True),
            Part('top', [box(0, 0.21 - depth, 1.72 * far, 0.06)], shade(linen, 0.92), edge=False),
            Part('top', [box(0, 0.13, 2 * near, 0.18, 0.03)], shade(color, 0.8)), *pillows]


@kind('furniture', ('blue', 'red', 'green', 'white'), ('double bed', 'single bed', 'cot'))
def bed(rng: Rng, color: Color) -> list[Part]:
    """A covered mattress with a pillow between a headboard and the foot, on short legs."""
    build = _bed_from_side if rng.random() < 0.6 else _bed_from_foot
    return build(rng, color, pick_color(rng, WOODS))
