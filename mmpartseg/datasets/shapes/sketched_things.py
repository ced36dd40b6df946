"""Furniture, tools, a castle and a tulip of PartSketches; builders return parts back to front."""
import numpy as np

from .buildings import arched, barred_window
from .furniture import tapered_legs
from .geometry import box, curve, ellipse, limb, polygon
from .kind import sketched
from .part import Color, Part, Rng, pick_color, shade, turn
from .plants import GREEN, pointed_leaf
from .tools import METAL, grip
from .vehicles import door, glass


@sketched('furniture', ('brown', 'red', 'beige', 'white'), ('bar stool', 'footstool'))
def stool(rng: Rng, color: Color) -> list[Part]:
    """A small round seat without a back on three or four splayed, braced legs."""
    half, bottom = rng.uniform(0.24, 0.34), rng.uniform(0.44, 0.58)
    near = half * 0.72
    far = (0.0,) if rng.random() < 0.4 else (-near * 0.4, near * 0.4)
    spread = near + 0.1
    y = bottom * rng.uniform(0.5, 0.65)
    brace = Part('leg', [limb([(-spread * 0.95, y), (spread * 0.95, y)], 0.05)], shade(color, 0.7))
    legs = [*tapered_legs(rng, (), -0.1, bottom, 0.08, color, far), brace,
            *[Part('leg', [limb([(s * near, -0.12), (s * spread, bottom)], 0.095, 0.08)], shade(color, 0.85))
              for s in (-1, 1)]]
    thick = rng.uniform(0.07, 0.14)
    rim = [ellipse(0, -0.16 + thick, half, 0.1), box(0, -0.16 + thick / 2, 2 * half, thick)]
    return [*legs, Part('seat', rim, shade(color, 0.8)),
            Part('seat', [ellipse(0, -0.16, half, 0.1)], shade(color, 1.1), textured=True)]


@sketched('furniture', ('brown', 'green', 'grey', 'red'), ('park bench', 'garden bench'))
def bench(rng: Rng, color: Color) -> list[Part]:
    """A long seat of boards with a low back of boards, on legs at its two ends."""
    half, top = rng.uniform(0.48, 0.56), rng.uniform(-0.36, -0.28)
    boards, step = int(rng.integers(2, 4)), 0.11
    posts = [limb([(s * half * 0.8, top - 0.02), (s * half * 0.8, 0.06)], 0.065) for s in (-1, 1)]
    back = [Part('back', posts, shade(color, 0.6)),
            Part('back', [box(0, top + 0.05 + step * k, 2 * half, 0.085, 0.02) for k in range(boards)], color,
                 textured=True)]
    seat = [Part('seat', [polygon((-half * 0.94, 0.0), (half * 0.94, 0.0), (half, 0.13), (-half, 0.13))],
                 shade(color, 1.1), textured=True),
            Part('seat', [limb([(-half * 0.96, 0.065), (half * 0.96, 0.065)], 0.016)], shade(color, 0.4),
                 edge=False), Part('seat', [box(0, 0.155, 2 * half, 0.06, 0.01)], shade(color, 0.85))]
    legs = tapered_legs(rng, (-half * 0.84, half * 0.84), 0.1, rng.uniform(0.38, 0.46), 0.1, color,
                        (-half * 0.68, half * 0.68))
    return [*legs, *back, *seat]


@sketched('furniture', ('brown', 'white', 'beige', 'blue'), ('closet', 'cupboard', 'armoire'))
def wardrobe(rng: Rng, color: Color) -> list[Part]:
    """A tall case with a cornice, two high doors with knobs and short feet."""
    half, top = rng.uniform(0.28, 0.36), rng.uniform(-0.52, -0.46)
    legs = tapered_legs(rng, (-half * 0.8, half * 0.8), 0.4, 0.54, 0.115, color)
    drawer = rng.random() < 0.4
    low = 0.2 if drawer else 0.36
    doors = [part for s in (-1, 1) for part in door(
        box(s * half * 0.46, (top + 0.09 + low) / 2, half * 0.84, low - top - 0.09, 0.01),
        (s * half * 0.12, (top + low) / 2 + 0.05), shade(color, 1.2))]
    panels = [Part('door', [limb(box(s * half * 0.46, (top + 0.09 + low) / 2, half * 0.48, (low - top) * 0.6,
                                     0.01), 0.014)], shade(color, 0.6), edge=False) for s in (-1, 1)]
    chest = [Part('body', [box(0, 0.3, half * 1.7, 0.12, 0.01)], shade(color, 0.85)),
             Part('body', [ellipse(0, 0.3, 0.03, 0.02)], (40, 38, 38), edge=False)] if drawer else []
    return [*legs, Part('body', [box(0, (top + 0.43) / 2, 2 * half, 0.43 - top, 0.02)], color, textured=True),
            Part('body', [box(0, top, 2 * half + 0.1, 0.075, 0.02)], shade(color, 0.8)), *doors, *panels,
            *chest]


@sketched('tool', ('grey', 'brown', 'white', 'yellow'), ('teaspoon', 'soup spoon', 'tablespoon'))
def spoon(rng: Rng, color: Color) -> list[Part]:
    """An oval, hollow bowl at the end of a long thin handle."""
    half = rng.uniform(0.14, 0.18)
    long = half * rng.uniform(1.3, 1.6)
    bowl = [Part('head', [ellipse(0, -0.32, half, long)], color, textured=True),
            Part('head', [ellipse(0.01, -0.31, half * 0.66, long * 0.7)], shade(color, 0.75), edge=False)]
    stem = Part('handle', [limb([(0, -0.12), (0, 0.2), (0, 0.54)], 0.07, rng.uniform(0.11, 0.15))],
                shade(color, 0.9))
    return turn([stem, *bowl], rng.uniform(-60, 60), (0, 0))


@sketched('tool', ('brown', 'red', 'orange', 'yellow'), ('handsaw', 'hand saw'))
def saw(rng: Rng, color: Color) -> list[Part]:
    """A long tapering blade with a row of teeth, held by a closed handle with a hole."""
    teeth, tip = int(rng.integers(9, 13)), rng.uniform(-0.62, -0.54)
    high = rng.uniform(0.13, 0.18)
    x = np.linspace(tip, 0.12, 2 * teeth + 1)
    low = 0.1 + 0.05 * (np.arange(2 * teeth + 1) % 2)
    blade = polygon((0.12, -high), (tip, 0.1 - high * 0.7), *np.stack([x, low], 1))
    frame = limb([(0.13, -high * 0.9), (0.42, -high), (0.5, 0.16), (0.24, 0.17), (0.13, -high * 0.9)], 0.11)
    parts = [Part('blade', [blade], shade(METAL, rng.uniform(0.9, 1.2))),
             Part('handle', [frame], color, textured=True),
             *grip((0.4, -high * 0.8), (0.45, 0.14), 0.11, color)]
    return turn(parts, rng.uniform(-35, 35), (0, 0))


@sketched('building', ('grey', 'beige', 'brown', 'white'), ('fortress', 'citadel', 'stronghold'))
def castle(rng: Rng, color: Color) -> list[Part]:
    """A battlemented wall with a gate between two battlemented towers with slit windows."""
    half, top = rng.uniform(0.42, 0.5), rng.uniform(-0.5, -0.4)
    wide, middle = rng.uniform(0.24, 0.29), rng.uniform(-0.14, -0.04)
    pane = shade(glass(rng), 0.6)

    def battlements(left, right, y, count):
        step = (right - left) / (2 * count - 1)
        return [box(left + step * (2 * k + 0.5), y - 0.04, step, 0.12) for k in range(count)]
    inner = [box(0, (middle + 0.45) / 2, 2 * half, 0.45 - middle),
             *battlements(-half + wide, half - wide, middle, 3)]
    towers, windows = [], []
    for s in (-1, 1):
        x = s * (half - wide / 2 + 0.04)
        outlines = [box(x, (top + 0.46) / 2, wide, 0.46 - top), box(x, top + 0.04, wide + 0.06, 0.1),
                    *battlements(x - wide / 2 - 0.03, x + wide / 2 + 0.03, top, 3)]
        towers.append(Part('wall', outlines, color, textured=True))
        windows += barred_window(arched(x, top + 0.36, 0.12, 0.2), pane)
    gate = arched(0, 0.46, 0.24, 0.36)
    return [Part('wall', inner, shade(color, 0.9), textured=True), *towers, *windows,
            *door(gate, (0.08, 0.32), pick_color(rng, ((112, 70, 42), (96, 80, 60))))]


@sketched('plant', ('red', 'yellow', 'pink', 'purple'), ('garden tulip', 'tulip bloom'))
def tulip(rng: Rng, color: Color) -> list[Part]:
    """A closed cup of three pointed petals on a straight stem between two long upright leaves."""
    green, x = pick_color(rng, GREEN, free=0), rng.uniform(-0.08, 0.08)
    stem = Part('stem', [limb(curve((x, -0.2), (0, 0.1), (0, 0.54)), 0.085)], green)
    leaves = [part for s in (-1, 1) for part in
              pointed_leaf(0.0, 0.5, rng.uniform(0.46, 0.6), 0.15, -90 + s * rng.uniform(18, 36),
                           shade(green, 1.15))]
    half, tall = rng.uniform(0.18, 0.23), rng.uniform(0.36, 0.42)
    y = -0.14

    def petal(tip, left, right, tone):
        outline = polygon(*curve((x, y), (x + left, y - 0.02), (x + tip, y - tall)),
                          *curve((x + tip, y - tall), (x + right, y - 0.02), (x, y)))
        return Part('petal', [outline], shade(color, tone), textured=tone > 0.9)
    spread = half * rng.uniform(0.6, 1.1)
    return [stem, *leaves, petal(0, -2 * half, 2 * half, 0.75), petal(-spread, -2.2 * half, half * 0.9, 1.0),
            petal(spread, -half * 0.9, 2.2 * half, 1.0),
            Part('petal', [ellipse(x, y - 0.1, half * 0.8, 0.13)], color, textured=True)]
