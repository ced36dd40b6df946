"""Birds and swimmers of PartSketches; each builder returns its parts back to front."""
from .birds import ORANGE, PALE, bird_legs, bird_wing
from .geometry import curve, ellipse, limb, polygon, rotate
from .kind import sketched
from .part import Color, Part, Rng, eye, renamed, shade, turn
from .sea import forked_tail, rayed_fin
from .sketched_animals import COARSE, DARK


@sketched('animal', colors=('yellow', 'white', 'green', 'brown'), synonyms=('duckling', 'mallard', 'drake'))
def duck(rng: Rng, color: Color) -> list[Part]:
    """A boat-shaped body with an upturned tail, a round head on a short neck and a flat bill."""
    x, y = 0.3, -0.34 + rng.uniform(-0.05, 0.05)
    hull = polygon(*curve((-0.5, -0.2), (-0.3, -0.05), (0.1, -0.14)),
                   *curve((0.2, -0.16), (0.46, 0.0), (0.3, 0.16)),
                   *curve((0.2, 0.24), (-0.36, 0.34), (-0.5, -0.2)))
    flat = curve((x + 0.1, y + 0.03), (x + 0.2, y + 0.02), (x + 0.33, y + 0.06))
    bill = [Part('head', [limb(flat, 0.1, 0.075)], ORANGE),
            Part('head', [limb([(x + 0.14, y + 0.05), (x + 0.32, y + 0.07)], 0.016)], shade(ORANGE, 0.4),
                 edge=False)]
    head = [Part('head', [limb([(x - 0.08, -0.02), (x - 0.02, y + 0.04)], 0.2, 0.17)], shade(color, 0.9)),
            *turn([*bill, Part('head', [ellipse(x, y, 0.165, 0.155)], shade(color, 0.9), textured=True),
                   *eye(x + 0.05, y - 0.04, 0.034)], rng.uniform(-12, 12), (x, y))]
    feet = bird_legs(rng, 0.18, rng.uniform(0.18, 0.24), ORANGE)
    wing = bird_wing(rng, shade(color, 0.75))
    return renamed([*feet, Part('body', [hull], color, textured=True), *head, *wing], COARSE)


@sketched('animal', colors=('brown', 'grey', 'beige', 'white'), synonyms=('barn owl', 'owlet', 'screech owl'))
def owl(rng: Rng, color: Color) -> list[Part]:
    """Upright, seen from the front: a broad head with tufts, two huge ringed eyes and a small beak."""
    wide, y = rng.uniform(0.24, 0.29), -0.24
    feet = [Part('foot', [limb([(x, 0.34), (x, 0.44)], 0.09), *[limb([(x, 0.43), (x + dx, 0.5)], 0.055)
                                                               for dx in (-0.07, 0, 0.07)]], ORANGE)
            for x in (-0.12, 0.12)]
    lift = rng.uniform(0.0, 0.06) if rng.random() < 0.6 else rng.uniform(0.16, 0.28)
    wings = [Part('wing', [polygon(*curve((s * wide * 0.7, -0.12), (s * (wide + 0.16), -0.02),
                                          (s * (wide + lift), 0.36 - lift)),
                                   *curve((s * (wide + lift), 0.36 - lift), (s * wide * 0.7, 0.2),
                                          (s * wide * 0.7, -0.12)))], shade(color, 0.65), textured=True)
             for s in (-1, 1)]
    marks = [limb(curve((x - 0.05, v), (x, v + 0.07), (x + 0.05, v)), 0.018)
             for x, v in ((-0.09, 0.02), (0.09, 0.02), (0, 0.1), (-0.1, 0.18), (0.1, 0.18), (0, 0.26))]
    body = [Part('body', [ellipse(0, 0.12, wide, 0.3)], color, textured=True),
            Part('body', [ellipse(0, 0.14, wide * 0.7, 0.22)], PALE, edge=False),
            Part('body', marks, shade(color, 0.5), edge=False)]
    rings = [Part('head', [ellipse(s * 0.11, y, 0.115, 0.12)], PALE) for s in (-1, 1)]
    crown = polygon((-wide, y - 0.26), (-wide * 0.3, y - 0.16), (wide * 0.3, y - 0.16), (wide, y - 0.26),
                    *curve((wide * 1.05, y), (wide * 0.9, y + 0.22), (0, y + 0.22)),
                    *curve((0, y + 0.22), (-wide * 0.9, y + 0.22), (-wide * 1.05, y)))
    head = [Part('head', [crown], shade(color, 0.9), textured=True), *rings,
            *[part for s in (-1, 1) for part in eye(s * 0.11, y, 0.075)],
            Part('head', [polygon((-0.045, y + 0.05), (0.045, y + 0.05), (0, y + 0.16))], ORANGE)]
    head = turn(head, rng.uniform(-12, 12), (0, y))
    return renamed([*feet, *body, *wings, *head], COARSE)


@sketched('animal', colors=('blue', 'grey', 'black'), synonyms=('humpback', 'blue whale', 'sperm whale'))
def whale(rng: Rng, color: Color) -> list[Part]:
    """A huge blunt body with a grooved belly, a raised fluke, a side fin and a spout."""
    high = rng.uniform(0.24, 0.29)
    back = curve((-0.44, -0.08), (0.02, -high * 1.7), (0.48, -0.06), 20)
    belly = curve((0.5, 0.04), (0.3, high * 1.6), (-0.44, 0.0), 20)
    grooves = [limb(curve((0.46, 0.1 + d * 0.5), (0.3, 0.15 + d), (0.08, 0.12 + d)), 0.014)
               for d in (0.0, 0.04)]
    body = [Part('body', [polygon(*back, *belly)], color, textured=True),
            Part('body', [limb(curve((0.49, 0.0), (0.36, 0.08), (0.2, 0.02)), 0.02), *grooves],
                 shade(color, 0.35), edge=False),
            *eye(0.24, -0.05, 0.03, 'body')]
    fluke = turn(forked_tail(rng, -0.48, 0.22, 0.22, shade(color, 0.85)), rng.uniform(20, 70), (-0.42, -0.04))
    stem = Part('tail', [limb(curve((-0.28, -0.04), (-0.42, -0.02), (-0.46, -0.1)), 0.2, 0.1)],
                shade(color, 0.85))
    side = turn(rayed_fin([(0.14, 0.1), (-0.12, 0.38), (0.0, 0.1)], shade(color, 0.7)), rng.uniform(-20, 20),
                (0.07, 0.1))
    jets = [limb(curve((0.16, -high * 0.8), (0.16, -high - 0.22), (0.16 + s * 0.18, -high - 0.1)), 0.04)
            for s in (-1, 1)]
    spout = Part('', jets if rng.random() < 0.75 else jets[:1], (150, 196, 230))
    return [spout, stem, *fluke, *body, *side]


@sketched('animal', colors=('green', 'brown', 'yellow'), synonyms=('tortoise', 'terrapin'))
def turtle(rng: Rng, color: Color) -> list[Part]:
    """A domed, plated shell over four stubby feet, with a small head on a stretched neck."""
    high, skin = rng.uniform(0.34, 0.42), shade(color, 1.3)
    dome = polygon(*curve((-0.42, 0.14), (-0.4, -high), (0.02, -high * 0.75), 12),
                   *curve((0.02, -high * 0.75), (0.38, -high), (0.4, 0.14), 12))
    plates = [limb([(-0.4, 0.06), (0.39, 0.06)], 0.022)]
    plates += [limb(path, 0.022) for path in (
        [(-0.26, 0.06), (-0.16, -0.12), (-0.26, -high * 0.62)], [(-0.16, -0.12), (0.14, -0.12)],
        [(0.24, 0.06), (0.14, -0.12), (0.24, -high * 0.62)], [(0, -0.12), (0, 0.06)])]
    feet = [Part('foot', [limb([(x, 0.1), (x + rng.uniform(-0.05, 0.07), 0.3)], 0.15, 0.13)],
                 shade(skin, tone), textured=tone > 0.7)
            for x, tone in ((-0.18, 0.6), (0.3, 0.6), (-0.28, 0.9), (0.2, 0.9))]
    lift = rng.uniform(-0.2, 0.02)
    head = [Part('head', [limb(curve((0.36, 0.1), (0.46, 0.1), (0.54, lift + 0.02)), 0.13, 0.12)], skin),
            Part('head', [ellipse(0.58, lift, 0.13, 0.1, 8)], skin, textured=True),
            Part('head', [limb(curve((0.6, lift + 0.05), (0.65, lift + 0.06), (0.7, lift + 0.02)), 0.016)],
                 DARK, edge=False), *eye(0.61, lift - 0.03, 0.026)]
    tail = polygon(*rotate([(-0.38, 0.05), (-0.54, 0.18), (-0.36, 0.16)], rng.uniform(-8, 8)))
    return renamed([Part('body', [tail], skin), *feet, *head, Part('body', [dome], color, textured=True),
                    Part('body', [limb([(-0.43, 0.14), (0.42, 0.14)], 0.07)], shade(color, 0.75)),
                    Part('body', plates, shade(color, 0.4), edge=False)], COARSE)
