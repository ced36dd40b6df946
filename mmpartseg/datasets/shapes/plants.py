"""Plants, the mushroom among them; each builder returns its parts back to front."""
import numpy as np

from .geometry import box, curve, ellipse, limb, polygon, rotate
from .kind import kind
from .part import Color, Part, Rng, pick_color, shade, turn

DARK_SPINE = (70, 66, 50)
BARK = ((122, 80, 46), (142, 98, 60), (104, 74, 54))
GREEN = ((62, 140, 62), (84, 156, 66), (54, 120, 72))


def pointed_leaf(x: float, y: float, length: float, width: float, angle: float, color: Color,
                 name: str = 'leaf') -> list[Part]:
    """A pointed leaf with a midrib, from its root (x, y) out along `angle` degrees."""
    blade = polygon(*curve((x, y), (x + length / 2, y - width), (x + length, y)),
                    *curve((x + length, y), (x + length / 2, y + width), (x, y)))
    rib = limb([(x, y), (x + length * 0.85, y)], 0.016)
    return turn([Part(name, [blade], color), Part(name, [rib], shade(color, 0.7), edge=False)],
                angle, (x, y))


@kind('plant', colors=('red', 'pink', 'purple', 'yellow'), synonyms=('blossom', 'daisy', 'bloom'))
def flower(rng: Rng, color: Color) -> list[Part]:
    """Five to eight petals around a disc on a stem with two leaves."""
    green, count = pick_color(rng, GREEN, free=0), int(rng.integers(5, 9))
    x, y = rng.uniform(-0.06, 0.06), -0.22
    stem = Part('stem', [limb(curve((x, y), (x * 0.2, 0.15), (0, 0.5)), 0.075)], green)
    leaves = [part for side in (-1, 1) for part in
              pointed_leaf(0.0, 0.4 - 0.06 * side, rng.uniform(0.26, 0.36), 0.12,
                    -90 + side * rng.uniform(45, 75), shade(green, 1.12))]
    reach, phase = rng.uniform(0.15, 0.18), rng.uniform(0, 360)
    half, pointed = 0.5 / count + 0.03, rng.random() < 0.3
    petal = ellipse(x + reach, y, 0.135, half)
    if pointed:
        petal = polygon(*curve((x, y), (x + 0.2, y - 2.2 * half), (x + 0.33, y)),
                        *curve((x + 0.33, y), (x + 0.2, y + 2.2 * half), (x, y)))
    petals = [Part('petal', [rotate(petal, phase + 360 * k / count, (x, y))],
                   shade(color, 0.92 + 0.14 * (k % 2)), textured=True) for k in range(count)]
    disc = Part('', [ellipse(x, y, 0.08, 0.08)],
                pick_color(rng, [(246, 206, 60), (110, 66, 34)], free=0))
    return [stem, *leaves, *petals, disc]


@kind('plant', colors=('green', 'orange', 'yellow'), synonyms=('oak', 'pine', 'fir'))
def tree(rng: Rng, color: Color) -> list[Part]:
    """A straight trunk under a round or a tiered, pointed crown."""
    bark, low = pick_color(rng, BARK, free=0), rng.uniform(0.44, 0.52)
    wide = rng.uniform(0.13, 0.18)
    trunk = [Part('trunk', [polygon((-wide * 0.4, -0.1), (wide * 0.4, -0.1), (wide * 0.62, low),
                                    (-wide * 0.62, low))], bark, textured=True)]
    if rng.random() < 0.35:
        half = rng.uniform(0.28, 0.36)
        tiers = [Part('crown', [polygon((-half * s, y), (half * s, y), (0, y - 0.36))], color,
                      textured=True) for y, s in ((0.25, 1.0), (0.03, 0.82), (-0.17, 0.62))]
        return trunk + tiers
    bumps = [(0, -0.2, 0.25), (0, -0.34, 0.18), (-0.22, -0.14, 0.17), (0.22, -0.14, 0.17),
             (-0.17, -0.3, 0.15), (0.17, -0.3, 0.15)]
    crown = [ellipse(x, y, r, r * 0.95) for x, y, r in
             ((x, y, r * rng.uniform(0.85, 1.15)) for x, y, r in bumps)]
    tufts = [limb(curve((x - 0.06, y), (x, y + 0.06), (x + 0.06, y)), 0.022)
             for x, y in ((-0.15, -0.22), (0.08, -0.3), (0.14, -0.1), (-0.05, -0.08))]
    return [*trunk, Part('crown', crown, color, textured=True),
            Part('crown', tufts, shade(color, 0.7), edge=False)]


@kind('plant', colors=('green', 'yellow'), synonyms=('coconut palm', 'date palm'))
def palm(rng: Rng, color: Color) -> list[Part]:
    """A slender, bent, ringed trunk under a star of long drooping fronds."""
    bark, x = pick_color(rng, BARK, free=0), rng.uniform(-0.14, 0.14)
    path = curve((0, 0.52), (-x, 0.1), (x, -0.26))
    trunk = [Part('trunk', [limb(path, 0.15, 0.1)], bark, textured=True),
             Part('trunk', [limb([p - (0.05, 0), p + (0.05, 0)], 0.016) for p in path[1:-2:2]],
                  shade(bark, 0.6), edge=False)]
    fronds = []
    for around in (8, 172, -30, 210, -68, 248, 40, 140):
        long, angle = rng.uniform(0.36, 0.46), around + rng.uniform(-8, 8)
        tip = rotate([(long, 0)], angle)[0] + (x, -0.1)
        top = rotate([(long * 0.6, 0)], angle)[0] + (x, -0.44)
        rim = curve((x, -0.28), top, tip, 9)
        inner = curve((x, -0.22), top + (0, 0.17), tip, 9)
        fronds.append(Part('crown', [np.concatenate([rim, inner[::-1]])],
                           shade(color, rng.uniform(0.85, 1.12)), textured=True))
    nuts = [Part('', [ellipse(x + dx, -0.2, 0.05, 0.05)], (104, 66, 40)) for dx in (-0.05, 0.05)]
    return trunk + fronds + (nuts if rng.random() < 0.5 else [])


@kind('plant', colors=('red', 'brown', 'beige', 'orange'),
      synonyms=('toadstool', 'fungus', 'champignon'))
def mushroom(rng: Rng, color: Color) -> list[Part]:
    """A domed cap, often dotted, on a pale stalk."""
    half, high = rng.uniform(0.36, 0.48), rng.uniform(0.34, 0.5)
    pale, wide = (240, 228, 204), rng.uniform(0.16, 0.24)
    stalk = Part('', [polygon((-wide * 0.4, -0.05), (wide * 0.4, -0.05), (wide * 0.65, 0.38),
                              (0, 0.42), (-wide * 0.65, 0.38))], pale)
    ring = Part('', [ellipse(0, 0.0, half * 0.72, 0.055)], shade(pale, 0.75))
    dome = polygon(*[(half * np.cos(a), -high * np.sin(a)) for a in np.linspace(0, np.pi, 24)],
                   (-half * 0.8, 0.05), (half * 0.8, 0.05))
    cap = [Part('', [dome], color, textured=True)]
    if rng.random() < 0.75:
        cap.append(Part('', [ellipse(x * half, y * high, 0.055, 0.045) for x, y in
                             ((-0.6, -0.3), (-0.15, -0.68), (0.1, -0.25), (0.5, -0.5), (0.72, -0.12),
                              (-0.25, -0.08))], (250, 246, 238), edge=False))
    return [stalk, ring, *cap]


@kind('plant', colors=('green', 'blue'), synonyms=('saguaro', 'succulent'))
def cactus(rng: Rng, color: Color) -> list[Part]:
    """A ribbed column with two bent arms, spines and sometimes a blossom."""
    arms, wide = [], rng.uniform(0.2, 0.25)
    for side in (-1, 1):
        y, reach, top = rng.uniform(-0.06, 0.2), rng.uniform(0.26, 0.32), rng.uniform(0.18, 0.3)
        arms += [limb([(0, y), (side * reach, y)], 0.13),
                 limb([(side * reach, y), (side * reach, y - top)], 0.13)]
    column = box(0, 0.02, wide, 1.0, wide / 2)
    ribs = [limb([(x, -0.36), (x, 0.46)], 0.018) for x in (-wide * 0.2, wide * 0.2)]
    spines = [limb([(s * wide * 0.5, y), (s * (wide * 0.5 + 0.05), y - 0.04)], 0.016)
              for s in (-1, 1) for y in (-0.38, -0.25, 0.32, 0.44)]
    bloom = [Part('', [ellipse(dx, -0.5, 0.05, 0.06, dx * 500) for dx in (-0.06, 0.0, 0.06)],
                  (240, 100, 150))] if rng.random() < 0.4 else []
    return [Part('', spines, DARK_SPINE, edge=False), *bloom,
            Part('', [column, *arms], color, textured=True),
            Part('', ribs, shade(color, 0.65), edge=False)]
