"""Animals seen from the side, facing right; each builder returns its parts back to front."""
from dataclasses import dataclass

from .geometry import curve, ellipse, limb, polygon, rotate
from .part import Part, pick_color, shade

DARK = (38, 32, 34)
WHITE = (245, 243, 238)
ORANGE = (236, 150, 40)


@dataclass(frozen=True)
class Build:
    """Proportions of a four-legged animal whose torso is centred on the origin."""

    torso: tuple  # half length, half height
    leg: tuple  # length, width
    head_at: tuple  # centre of the head
    coats: tuple  # usual RGB colours
    foot: float  # brightness of the feet relative to the coat


CAT = Build((0.32, 0.165), (0.29, 0.14), (0.36, -0.21),
            ((240, 140, 40), (226, 122, 30), (244, 156, 66)), 1.2)
DOG = Build((0.33, 0.155), (0.34, 0.14), (0.37, -0.25),
            ((178, 160, 130), (168, 152, 136), (120, 110, 100)), 1.15)
COW = Build((0.41, 0.23), (0.31, 0.15), (0.5, -0.16),
            ((236, 130, 170), (224, 112, 150)), 0.35)
HORSE = Build((0.34, 0.17), (0.44, 0.125), (0.59, -0.46),
              ((134, 62, 24), (118, 52, 22), (150, 72, 30)), 0.4)


def _legs(rng, build, coat):
    """Two far (darker) and two near legs with random knees, as two lists of parts."""
    (half, height), (length, width) = build.torso, build.leg
    far, near = [], []
    for x, group in ((-0.82, near), (0.72, near), (-0.5, far), (0.98, far)):
        swing, bend = rng.uniform(-20, 20), rng.uniform(-16, 16)
        hip = (x * half * 0.88, height * 0.45)
        knee = rotate([(hip[0], hip[1] + length * 0.62)], swing, hip)[0]
        foot = rotate([(knee[0], knee[1] + length * 0.55)], swing + bend, knee)[0]
        color = shade(coat, 0.72 if group is far else 0.94)
        sole = ellipse(foot[0] + 0.02, foot[1], width * 0.62, width * 0.4)
        group.append(Part('leg', [limb([hip, knee, foot], width * 1.2, width * 0.85), sole],
                          color, textured=group is near))
        group.append(Part('leg', [sole], shade(color, build.foot), edge=False))
    return far, near


def _quadruped(rng, build, coat, head, tail, over=()):
    """The parts of a four-legged animal in painting order."""
    far, near = _legs(rng, build, coat)
    torso = Part('torso', [ellipse(0, 0, *build.torso, n=40)], coat, textured=True)
    return [*far, *tail, torso, *near, *over, *head]


def _eye(x, y, radius, name='eye', tilt=0.0):
    """A dark pupil on a light eye."""
    return [Part(name, [ellipse(x, y, radius, radius * 1.15, tilt)], WHITE, edge=False),
            Part(name, [ellipse(x + radius * 0.15, y, radius * 0.62, radius * 0.85)], DARK,
                 edge=False)]


def _turn(parts, angle, about):
    """The same parts turned by `angle` degrees about a point."""
    for part in parts:
        part.outlines = [rotate(outline, angle, about) for outline in part.outlines]
    return parts


def _collar(rng, x, y):
    """Sometimes a collar: pixels of the object that belong to no part."""
    if rng.random() > 0.3:
        return []
    band = limb([(x - 0.06, y - 0.06), (x + 0.07, y + 0.08)], 0.05)
    return [Part('', [band], pick_color(rng, [(200, 40, 50), (40, 90, 190)]))]


def cat(rng):
    """Round head with pointed ears and two eyes, long curled tail."""
    coat = pick_color(rng, CAT.coats)
    x, y = CAT.head_at
    ears = [Part('ear', [polygon((x + s * 0.17, y - 0.04), (x + s * 0.17, y - 0.29),
                                 (x + s * 0.01, y - 0.13))], shade(coat, 0.7))
            for s in (-1, 1)]
    face = [Part('head', [ellipse(x, y, 0.195, 0.172)], shade(coat, 1.08), textured=True),
            Part('head', [ellipse(x + 0.02, y + 0.08, 0.085, 0.06)], shade(coat, 1.4), edge=False),
            Part('head', [polygon((x - 0.01, y + 0.045), (x + 0.05, y + 0.045),
                                  (x + 0.02, y + 0.075))], (214, 110, 120), edge=False),
            *_eye(x - 0.06, y - 0.025, 0.026), *_eye(x + 0.095, y - 0.025, 0.026)]
    lift = rng.uniform(-0.5, 0.0)
    tail = curve((-0.28, -0.04), (-0.62, 0.12 + lift / 3), (-0.5 - lift / 6, lift))
    tail = Part('tail', [limb(tail, 0.095, 0.075)], shade(coat, 0.8), textured=True)
    head = _turn(ears + face, rng.uniform(-16, 16), (x - 0.08, y + 0.1))
    return _quadruped(rng, CAT, coat, head, [tail], _collar(rng, 0.24, -0.09))


def dog(rng):
    """Head with a muzzle, hanging or pointed ears, shorter tail."""
    coat = pick_color(rng, DOG.coats)
    x, y = DOG.head_at
    if rng.random() < 0.6:
        ear = limb(curve((x - 0.08, y - 0.11), (x - 0.2, y - 0.06), (x - 0.16, y + 0.12)),
                   0.09, 0.13)
    else:
        ear = polygon((x - 0.15, y - 0.04), (x - 0.13, y - 0.29), (x + 0.03, y - 0.13))
    head = [Part('head', [ellipse(x, y, 0.165, 0.155), ellipse(x + 0.15, y + 0.05, 0.13, 0.085)],
                 shade(coat, 1.08), textured=True),
            Part('head', [ellipse(x + 0.255, y + 0.015, 0.035, 0.03)], DARK, edge=False),
            Part('ear', [ear], shade(coat, 0.7)), *_eye(x + 0.065, y - 0.045, 0.026)]
    tip = (-0.5 + rng.uniform(-0.06, 0.06), rng.uniform(-0.4, -0.05))
    tail = Part('tail', [limb(curve((-0.28, -0.06), (-0.46, -0.02), tip), 0.1, 0.06)],
                shade(coat, 0.8), textured=True)
    neck = Part('torso', [limb([(0.22, -0.04), (0.33, -0.18)], 0.2, 0.17)], coat)
    head = _turn(head, rng.uniform(-16, 16), (x - 0.05, y + 0.1))
    return _quadruped(rng, DOG, coat, [neck, *_collar(rng, 0.29, -0.12), *head], [tail])


def cow(rng):
    """Heavy body, long face with a pink muzzle and two horns, thin tail with a tuft."""
    coat = pick_color(rng, COW.coats)
    x, y = COW.head_at
    horns = [Part('head', [limb(curve((x + s * 0.07, y - 0.13), (x + s * 0.24, y - 0.16),
                                      (x + s * 0.2, y - 0.35)), 0.085, 0.035)], (226, 212, 176))
             for s in (-1, 1)]
    face = [Part('head', [ellipse(x, y, 0.135, 0.185), ellipse(x - 0.17, y - 0.06, 0.07, 0.04, 15),
                          ellipse(x + 0.17, y - 0.06, 0.07, 0.04, -15)],
                 shade(coat, 0.9), textured=True),
            Part('head', [ellipse(x, y + 0.13, 0.11, 0.08)], (226, 160, 152), edge=False),
            Part('head', [ellipse(x + s * 0.045, y + 0.12, 0.018, 0.022) for s in (-1, 1)],
                 (120, 70, 70), edge=False),
            *_eye(x - 0.065, y - 0.05, 0.022, 'head'), *_eye(x + 0.065, y - 0.05, 0.022, 'head')]
    end = (-0.5 + rng.uniform(-0.08, 0.04), rng.uniform(0.2, 0.34))
    tail = [Part('tail', [limb(curve((-0.38, -0.12), (-0.54, -0.1), end), 0.06, 0.05),
                          ellipse(*end, 0.045, 0.075)], shade(coat, 0.75))]
    udder = Part('', [ellipse(-0.16, 0.2, 0.1, 0.07)], (232, 170, 170))
    head = _turn(horns + face, rng.uniform(-14, 14), (x - 0.1, y + 0.05))
    return _quadruped(rng, COW, coat, head, [*tail, udder])


def horse(rng):
    """Long neck with a mane, long face, flowing tail, high legs; now and then a saddle."""
    coat = pick_color(rng, HORSE.coats)
    x, y = HORSE.head_at
    hair = shade(coat, 0.45)
    neck = limb(curve((0.2, -0.02), (0.36, -0.18), (0.47, -0.46)), 0.26, 0.15)
    mane = limb(curve((0.14, -0.14), (0.27, -0.24), (0.39, -0.53)), 0.07, 0.07)
    head = [Part('neck', [neck], shade(coat, 0.92), textured=True), Part('neck', [mane], hair),
            Part('head', [polygon((x - 0.17, y - 0.07), (x - 0.12, y - 0.22), (x - 0.06, y - 0.1)),
                          ellipse(x - 0.1, y - 0.02, 0.12, 0.11),
                          ellipse(x + 0.03, y + 0.07, 0.18, 0.085, 34)], shade(coat, 1.1)),
            Part('head', [ellipse(x + 0.125, y + 0.13, 0.065, 0.07, 34)], shade(coat, 0.7),
                 edge=False), *_eye(x - 0.065, y - 0.035, 0.022, 'head')]
    _turn(head, rng.uniform(-12, 18), (0.2, -0.05))
    end = (-0.46 + rng.uniform(-0.14, 0.05), rng.uniform(0.2, 0.36))
    tail = Part('tail', [limb(curve((-0.3, -0.1), (-0.52, -0.16), end), 0.09, 0.13)], hair)
    saddle = []
    if rng.random() < 0.18:
        saddle = [Part('saddle', [limb(curve((-0.17, -0.17), (-0.02, -0.08), (0.12, -0.19)), 0.1),
                                  ellipse(-0.02, -0.06, 0.1, 0.1)], (74, 46, 34))]
    return _quadruped(rng, HORSE, coat, head, [tail], saddle)
