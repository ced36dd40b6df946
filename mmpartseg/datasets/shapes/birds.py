"""Birds seen from the side, facing right; each builder returns its parts back to front."""
from .animals import ORANGE, _eye, _turn
from .geometry import curve, ellipse, limb, polygon
from .part import Part, pick_color, shade


def _bird_legs(rng, y, length, color):
    """Two thin legs with flat feet that start at height `y`."""
    legs = []
    for x in (-0.07, 0.08):
        foot = (x + rng.uniform(-0.06, 0.06), y + length)
        path = limb([(x, y), foot], 0.075)
        toes = limb([(foot[0] - 0.03, foot[1]), (foot[0] + 0.09, foot[1] + 0.01)], 0.055)
        legs.append(Part('leg', [path, toes], color))
    return legs


def _wing(rng, color):
    """A wing that hangs folded or is raised, hinged at the shoulder."""
    lift = rng.uniform(-12, 22) if rng.random() < 0.55 else rng.uniform(35, 80)
    wing = [Part('wing', [polygon((0.16, -0.05), (0.14, 0.06), (0.0, 0.12), (-0.2, 0.11),
                                  (-0.44, 0.04), (-0.26, -0.05), (0.02, -0.11))], color),
            *(Part('wing', [limb([(-0.02, y), (x, y + 0.01)], 0.02)], shade(color, 0.7), edge=False)
              for x, y in ((-0.24, 0.05), (-0.28, 0.0)))]
    return _turn(wing, lift, (0.1, 0.0))


def _body(color):
    """A drop-shaped torso that ends in a pointed tail."""
    return Part('torso', [ellipse(0, 0, 0.3, 0.2, 6),
                          polygon((-0.18, -0.14), (-0.52, -0.14), (-0.46, 0.0), (-0.16, 0.13))],
                color, textured=True)


def _bird_head(x, y, radius, color, length):
    """A round head with an eye and a pointed beak of the given length."""
    beak = polygon((x + radius * 0.7, y - radius * 0.5), (x + radius + length, y + 0.03),
                   (x + radius * 0.7, y + radius * 0.62))
    return [Part('head', [beak], ORANGE),
            Part('head', [ellipse(x, y, radius, radius * 0.97)], color),
            *_eye(x + radius * 0.3, y - radius * 0.2, 0.03, 'head')]


def bird(rng):
    """A small round songbird on thin legs."""
    coat = pick_color(rng, [(56, 112, 206), (84, 140, 220)])
    head = _turn(_bird_head(0.3, -0.22, 0.17, shade(coat, 1.1), 0.15), rng.uniform(-18, 18),
                 (0.22, -0.12))
    wing = _wing(rng, shade(coat, 0.68))
    return [*_bird_legs(rng, 0.15, rng.uniform(0.2, 0.28), shade(ORANGE, 0.85)), _body(coat),
            *head, *wing]


def goose(rng):
    """A larger, pale bird with a long neck."""
    coat = pick_color(rng, [(178, 176, 170), (206, 200, 190)])
    top = (0.42 + rng.uniform(-0.05, 0.05), -0.52)
    neck = Part('torso', [limb(curve((0.18, -0.02), (0.4, -0.16), top), 0.2, 0.12)],
                shade(coat, 0.92))
    head = _turn(_bird_head(top[0] + 0.05, top[1] - 0.04, 0.13, shade(coat, 1.1), 0.15),
                 rng.uniform(-15, 15), top)
    wing = _wing(rng, shade(coat, 0.72))
    return [*_bird_legs(rng, 0.15, rng.uniform(0.18, 0.24), ORANGE), _body(coat), neck, *head,
            *wing]
