"""Furniture seen from the front; each builder returns its parts back to front."""
from .geometry import box, limb, polygon
from .part import Part, pick_color, shade

WOODS = ((206, 164, 60), (222, 184, 80))
CHAIR_FABRICS = ((128, 56, 164), (148, 76, 182))
SOFA_FABRICS = ((126, 128, 132), (152, 146, 140), (98, 104, 112))


def _legs(rng, xs, top, bottom, width, wood, far=()):
    """Tapered legs at the given x positions; those in `far` are shorter and darker."""
    splay = rng.uniform(0, 0.06)
    legs = []
    for x in (*far, *xs):
        shorter, tone = (0.07, 0.6) if x in far else (0.0, 0.9)
        side = 1 if x > 0 else -1
        path = [(x, top), (x + side * splay, bottom - shorter)]
        legs.append(Part('leg', [limb(path, width, width * 0.8)], shade(wood, tone)))
    return legs


def chair(rng):
    """A narrow seat on long legs with a high back, some with armrests."""
    wood, fabric = pick_color(rng, WOODS), pick_color(rng, CHAIR_FABRICS)
    half = rng.uniform(0.22, 0.27)
    height = rng.uniform(0.36, 0.46)
    legs = _legs(rng, (-half * 0.9, half * 0.9), 0.1, rng.uniform(0.42, 0.5), 0.075, wood,
                 (-half * 0.55, half * 0.55))
    back = [Part('back', [box(0, -height / 2 + 0.02, half * 1.8, height, 0.07)],
                 shade(fabric, 0.82), textured=True)]
    for k in range(int(rng.integers(0, 3))):
        back.append(Part('back', [box(0, -height * 0.8 + 0.11 * k, half * 1.3, 0.022)],
                         shade(fabric, 0.55), edge=False))
    seat = Part('seat', [polygon((-half * 0.88, 0.0), (half * 0.88, 0.0), (half * 1.12, 0.13),
                                 (-half * 1.12, 0.13))], shade(fabric, 1.15), textured=True)
    apron = Part('seat', [box(0, 0.15, half * 2.24, 0.05, 0.01)], shade(fabric, 0.9))
    arms = []
    if rng.random() < 0.5:
        arms = [Part('arm', [box(s * half * 1.16, 0.0, 0.105, 0.25, 0.05)], shade(fabric, 0.98))
                for s in (-1, 1)]
    return [*legs, *back, seat, apron, *arms]


def sofa(rng):
    """A wide, low seat between two thick armrests on short legs."""
    wood, fabric = pick_color(rng, WOODS), pick_color(rng, SOFA_FABRICS)
    half = rng.uniform(0.44, 0.52)
    height = rng.uniform(0.28, 0.34)
    legs = _legs(rng, (-half * 0.88, half * 0.88), 0.2, 0.42, 0.115, wood)
    back = Part('back', [box(0, -height / 2 + 0.04, half * 1.85, height, 0.08)],
                shade(fabric, 0.82), textured=True)
    count = int(rng.integers(1, 4))
    step = half * 1.72 / count
    seats = [Part('seat', [box(-half * 0.86 + step * (k + 0.5), 0.075, step, 0.13, 0.03)],
                  shade(fabric, 1.15), textured=True) for k in range(count)]
    apron = Part('seat', [box(0, 0.17, half * 1.8, 0.1, 0.02)], shade(fabric, 0.9))
    arms = [Part('arm', [box(s * half * 0.93, 0.08, 0.18, 0.3, 0.065)], shade(fabric, 0.98))
            for s in (-1, 1)]
    return [*legs, back, apron, *seats, *arms]


def table(rng):
    """A wide top on four long legs."""
    wood = pick_color(rng, WOODS)
    half, depth = rng.uniform(0.42, 0.5), rng.uniform(0.12, 0.2)
    inner = half * rng.uniform(0.68, 0.85)
    legs = _legs(rng, (-half * 0.86, half * 0.86), 0.0, rng.uniform(0.4, 0.52), 0.085, wood,
                 (-inner * 0.72, inner * 0.72))
    top = [Part('top', [polygon((-inner, -depth), (inner, -depth), (half, 0.0), (-half, 0.0))],
                shade(wood, 1.15), textured=True),
           Part('top', [box(0, 0.025, 2 * half, 0.06, 0.01)], shade(wood, 0.85))]
    return [*legs, *top]
