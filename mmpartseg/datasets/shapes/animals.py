"""Animals on four legs seen from the side, facing right; builders return parts back to front."""
from dataclasses import dataclass

from .geometry import curve, ellipse, limb, polygon, rotate
from .kind import kind
from .part import Color, Part, Parts, Rng, eye, pick_color, shade, turn

DARK = (38, 32, 34)
IVORY = (236, 224, 190)


@dataclass(frozen=True)
class Build:
    """Proportions of a four-legged animal whose torso is centred on the origin."""

    torso: tuple  # half length, half height
    leg: tuple  # length, width
    foot: float  # brightness of the feet relative to the coat


CAT = Build((0.31, 0.16), (0.29, 0.125), 1.2)
DOG = Build((0.33, 0.15), (0.36, 0.125), 1.2)
COW = Build((0.42, 0.23), (0.32, 0.14), 0.4)
HORSE = Build((0.37, 0.18), (0.46, 0.115), 0.4)
SHEEP = Build((0.34, 0.22), (0.31, 0.11), 0.5)
ELEPHANT = Build((0.43, 0.32), (0.4, 0.21), 1.25)


def _legs(rng, build, coat):
    """Two far (darker) and two near legs with random knees, as two lists of parts."""
    (half, height), (length, width) = build.torso, build.leg
    length, far, near = length * rng.uniform(0.88, 1.1), [], []
    for x, group in ((-0.78, near), (0.64, near), (-0.44, far), (0.92, far)):
        swing, bend = rng.uniform(-18, 18), rng.uniform(-14, 14)
        hip = (x * half * 0.88, height * 0.6)
        knee = rotate([(hip[0], hip[1] + length * 0.62)], swing, hip)[0]
        foot = rotate([(knee[0], knee[1] + length * 0.55)], swing / 2 + bend, knee)[0]
        color = shade(coat, 0.68 if group is far else 0.92)
        sole = ellipse(foot[0] + 0.02, foot[1], width * 0.62, width * 0.42)
        group.append(Part('leg', [limb([hip, knee, foot], width * 1.2, width * 0.9), sole],
                          color, textured=group is near))
        group.append(Part('leg', [sole], shade(color, build.foot), edge=False))
    return far, near


def quadruped(rng: Rng, build: Build, coat: Color, head: Parts, tail: Parts, over: Parts = ()) -> list[Part]:
    """The parts of a four-legged animal in painting order."""
    far, near = _legs(rng, build, coat)
    half, height = build.torso
    torso = ellipse(0, 0, half, height * rng.uniform(0.93, 1.1), n=40)
    return [*far, *tail, Part('torso', [torso], coat, textured=True), *near, *over, *head]


def _tail(path, start, end, color):
    """A tail along a path."""
    return Part('tail', [limb(path, start, end)], color, textured=True)


def tufted_tail(rng: Rng, x: float, y: float, length: float, color: Color) -> Part:
    """A thin tail that hangs down and ends in a tuft."""
    end = (x - 0.12 + rng.uniform(-0.06, 0.05), y + length * rng.uniform(0.85, 1.1))
    return Part('tail', [limb(curve((x, y), (x - 0.17, y), end), 0.075, 0.06),
                         ellipse(*end, 0.06, 0.09)], shade(color, 0.7))


@kind('animal', colors=('orange', 'grey', 'black', 'white'), synonyms=('kitten', 'kitty', 'tomcat'))
def cat(rng: Rng, color: Color) -> list[Part]:
    """Round face with pointed ears and whiskers, long curled tail."""
    x, y = 0.34, -0.22
    ears = [Part('ear', [polygon((x + s * 0.185, y - 0.02), (x + s * 0.175, y - 0.31),
                                 (x + s * 0.01, y - 0.13))], shade(color, 0.75)) for s in (-1, 1)]
    inner = [Part('ear', [polygon((x + s * 0.15, y - 0.1), (x + s * 0.155, y - 0.24),
                                  (x + s * 0.07, y - 0.13))], (224, 140, 146), edge=False)
             for s in (-1, 1)]
    whiskers = [limb([(x + s * 0.08, y + 0.07), (x + s * 0.25, y + 0.06 + d)], 0.014)
                for s in (-1, 1) for d in (-0.03, 0.05)]
    face = [Part('head', [ellipse(x, y, 0.205, 0.175)], shade(color, 1.06), textured=True),
            Part('head', [ellipse(x + s * 0.045, y + 0.08, 0.06, 0.05) for s in (-1, 1)],
                 shade(color, 1.4), edge=False),
            Part('head', [polygon((x - 0.035, y + 0.035), (x + 0.035, y + 0.035), (x, y + 0.075))],
                 (206, 96, 108), edge=False), Part('head', whiskers, DARK, edge=False),
            *eye(x - 0.08, y - 0.03, 0.036), *eye(x + 0.08, y - 0.03, 0.036)]
    lift = rng.uniform(-0.5, 0.0)
    path = curve((-0.27, -0.04), (-0.66, 0.12 + lift / 3), (-0.46 - lift / 6, lift))
    head = turn(ears + inner + face, rng.uniform(-16, 16), (x - 0.08, y + 0.1))
    return quadruped(rng, CAT, color, head, [_tail(path, 0.1, 0.075, shade(color, 0.8))])


@kind('animal', colors=('brown', 'beige', 'black', 'white'), synonyms=('puppy', 'hound', 'doggy'))
def dog(rng: Rng, color: Color) -> list[Part]:
    """Head with a long muzzle and a nose, hanging or pointed ears, short raised tail."""
    x, y = 0.37, -0.27
    if rng.random() < 0.7:
        ear = limb(curve((x - 0.07, y - 0.11), (x - 0.19, y - 0.06), (x - 0.15, y + 0.13)), 0.1, 0.14)
    else:
        ear = polygon((x - 0.16, y - 0.02), (x - 0.12, y - 0.3), (x + 0.03, y - 0.12))
    long = rng.uniform(0.15, 0.21)
    head = [Part('head', [ellipse(x, y, 0.165, 0.15), limb([(x, y + 0.05), (x + long, y + 0.06)],
                                                           0.2, 0.15)],
                 shade(color, 1.06), textured=True),
            Part('head', [limb([(x + 0.08, y + 0.095), (x + long + 0.05, y + 0.085)], 0.018)],
                 shade(color, 0.4), edge=False),
            Part('head', [ellipse(x + long + 0.065, y + 0.015, 0.042, 0.036)], DARK, edge=False),
            Part('ear', [ear], shade(color, 0.7)), *eye(x + 0.06, y - 0.045, 0.036)]
    if rng.random() < 0.4:
        tongue = limb([(x + long * 0.8, y + 0.11), (x + long * 0.8, y + 0.19)], 0.07)
        head.insert(0, Part('head', [tongue], (226, 96, 112)))
    tip = (-0.5 + rng.uniform(-0.06, 0.06), rng.uniform(-0.42, -0.15))
    tail = _tail(curve((-0.27, -0.05), (-0.46, -0.04), tip), 0.1, 0.06, shade(color, 0.8))
    neck = Part('torso', [limb([(0.21, -0.02), (0.33, -0.2)], 0.22, 0.17)], color, textured=True)
    head = turn(head, rng.uniform(-14, 14), (x - 0.05, y + 0.1))
    return quadruped(rng, DOG, color, [neck, *head], [tail])


@kind('animal', colors=('white', 'brown', 'black', 'beige'), synonyms=('bull', 'ox', 'calf'))
def cow(rng: Rng, color: Color) -> list[Part]:
    """Heavy patched body, long face with a pink muzzle and two horns, tufted tail."""
    x, y = 0.5, -0.18
    patch = shade(color, 0.3 if sum(color) > 330 else 2.6)
    spots = [Part('torso', [ellipse(rng.uniform(-0.05, 0.05) + dx, rng.uniform(-0.04, 0.04) + dy,
                                    rng.uniform(0.07, 0.13), rng.uniform(0.06, 0.1))], patch,
                  edge=False) for dx, dy in ((-0.22, -0.05), (0.02, 0.04), (0.2, -0.06))]
    horns = [Part('horn', [limb(curve((x + s * 0.07, y - 0.12), (x + s * 0.25, y - 0.13),
                                      (x + s * 0.21, y - 0.32)), 0.11, 0.05)], IVORY)
             for s in (-1, 1)]
    face = [Part('head', [ellipse(x, y, 0.145, 0.19), ellipse(x - 0.17, y - 0.04, 0.08, 0.045, 15),
                          ellipse(x + 0.17, y - 0.04, 0.08, 0.045, -15)],
                 shade(color, 0.92), textured=True),
            Part('head', [ellipse(x, y + 0.13, 0.13, 0.09)], (232, 164, 160), edge=False),
            Part('head', [ellipse(x + s * 0.05, y + 0.12, 0.022, 0.026) for s in (-1, 1)],
                 (120, 66, 70), edge=False),
            *eye(x - 0.07, y - 0.05, 0.028, 'head'), *eye(x + 0.07, y - 0.05, 0.028, 'head')]
    tail = [tufted_tail(rng, -0.38, -0.1, 0.36, color),
            Part('', [ellipse(-0.16, 0.21, 0.11, 0.075)], (236, 170, 172))]
    head = turn(horns + face, rng.uniform(-14, 14), (x - 0.1, y + 0.05))
    return quadruped(rng, COW, color, head, tail, spots if rng.random() < 0.7 else [])


@kind('animal', colors=('brown', 'black', 'white', 'beige'), synonyms=('pony', 'stallion', 'foal'))
def horse(rng: Rng, color: Color) -> list[Part]:
    """Long neck with a mane, long face, flowing tail, high legs; now and then a saddle."""
    x, y = 0.59, -0.48
    hair = shade(color, 0.45)
    shape = limb(curve((0.24, -0.03), (0.36, -0.18), (0.47, -0.48)), 0.28, 0.16)
    mane = limb(curve((0.14, -0.15), (0.26, -0.26), (0.38, -0.56)), 0.09, 0.09)
    neck = [Part('neck', [shape], shade(color, 0.92), textured=True), Part('neck', [mane], hair)]
    head = [Part('head', [polygon((x - 0.17, y - 0.07), (x - 0.13, y - 0.24), (x - 0.05, y - 0.1)),
                          ellipse(x - 0.1, y - 0.02, 0.12, 0.11),
                          ellipse(x + 0.03, y + 0.07, 0.2, 0.085, 34)], shade(color, 1.08)),
            Part('head', [ellipse(x + 0.135, y + 0.14, 0.065, 0.07, 34)], shade(color, 0.7),
                 edge=False), *eye(x - 0.06, y - 0.035, 0.026, 'head')]
    nod, bow = (-60, 95) if rng.random() < 0.2 else (0, 6)  # grazing, or with its head up
    turn(head, nod + rng.uniform(-12, 12), (0.47, -0.48))
    head = turn(neck + head, bow + rng.uniform(-16, 16), (0.24, -0.03))
    end = (-0.46 + rng.uniform(-0.14, 0.05), rng.uniform(0.2, 0.36))
    tail = Part('tail', [limb(curve((-0.3, -0.1), (-0.52, -0.16), end), 0.09, 0.14)], hair)
    saddle = [Part('saddle', [limb(curve((-0.17, -0.18), (-0.02, -0.09), (0.12, -0.2)), 0.1),
                              ellipse(-0.02, -0.07, 0.1, 0.1)], (74, 46, 34))]
    return quadruped(rng, HORSE, color, head, [tail], saddle if rng.random() < 0.18 else [])


@kind('animal', colors=('white', 'beige', 'grey', 'black'), synonyms=('lamb', 'ewe', 'ram'))
def sheep(rng: Rng, color: Color) -> list[Part]:
    """A round woolly body of curls, a smooth dark or pale face with drooping ears, thin legs."""
    x, y = 0.43, -0.15
    skin = pick_color(rng, [(66, 58, 60), (214, 180, 150)], free=0)
    rim = rotate(ellipse(0, 0, 0.34, 0.22, n=15), rng.uniform(-8, 8))
    wool = [ellipse(0, 0, 0.36, 0.24), *(ellipse(a, b, 0.085, 0.085) for a, b in rim)]
    curls = [Part('torso', [limb(curve((cx - 0.05, cy), (cx, cy + 0.07), (cx + 0.05, cy)), 0.02)],
                  shade(color, 0.72), edge=False)
             for cx, cy in ((-0.2, -0.1), (0.02, -0.12), (-0.08, 0.05), (0.14, 0.04), (-0.26, 0.06))]
    head = [*[Part('ear', [ellipse(x + s * 0.17, y, 0.11, 0.055, s * 28)], shade(skin, 0.85))
              for s in (-1, 1)],
            Part('head', [ellipse(x, y + 0.04, 0.115, 0.17)], skin),
            Part('head', [ellipse(x + dx, y - 0.11 + dy, 0.065, 0.06) for dx, dy in
                          ((-0.07, 0.015), (0, -0.02), (0.07, 0.015))], color),
            *eye(x - 0.055, y + 0.01, 0.026, 'head'), *eye(x + 0.055, y + 0.01, 0.026, 'head'),
            Part('head', [ellipse(x, y + 0.15, 0.04, 0.025)], shade(skin, 0.5), edge=False)]
    turn(head, rng.uniform(-15, 15), (x - 0.05, y + 0.1))
    legs, near = _legs(rng, SHEEP, skin)
    return [*legs, *near, Part('torso', wool, color, textured=True), *curls, *head]


@kind('animal', colors=('grey', 'brown', 'pink'), synonyms=('pachyderm', 'tusker'))
def elephant(rng: Rng, color: Color) -> list[Part]:
    """A huge body on pillar legs, a fan-shaped ear, a long trunk and a tusk."""
    x, y = 0.47, -0.2
    reach, lift = rng.uniform(0.12, 0.3), rng.uniform(-0.3, 0.42)
    trunk = limb(curve((x + 0.1, y + 0.02), (x + 0.22, y + 0.42), (x + 0.14 + reach, y + lift)),
                 0.2, 0.1)
    tusk = limb(curve((x + 0.08, y + 0.14), (x + 0.14, y + 0.26), (x + 0.28, y + 0.22)), 0.07, 0.03)
    ear = [ellipse(x - 0.17, y + 0.0, 0.17, 0.23, 8)]
    head = [Part('head', [ellipse(x, y, 0.22, 0.22), trunk], shade(color, 1.06), textured=True),
            Part('head', [tusk], IVORY), *eye(x + 0.09, y - 0.06, 0.028, 'head'),
            *turn([Part('ear', ear, shade(color, 0.82)),
                   Part('ear', [ellipse(x - 0.17, y + 0.01, 0.11, 0.16, 8)], shade(color, 0.95),
                        edge=False)], rng.uniform(-15, 20), (x - 0.05, y - 0.1))]
    turn(head, rng.uniform(-8, 8), (x - 0.2, y + 0.1))
    return quadruped(rng, ELEPHANT, color, head, [tufted_tail(rng, -0.39, -0.1, 0.4, color)])
