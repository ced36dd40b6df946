"""Vehicles seen from the side, facing right; each builder returns its parts back to front."""
from .geometry import box, curve, ellipse, limb, polygon, rotate
from .part import Part, pick_color, shade

TYRE = (42, 42, 46)
LAMP = (252, 232, 130)
CAR_PAINTS = ((210, 34, 36), (226, 50, 44))
TRUCK_PAINTS = ((60, 150, 60), (50, 134, 72))
CARGOES = ((84, 138, 78), (110, 156, 84))
BUS_PAINTS = ((206, 208, 212), (170, 176, 186))
BICYCLE_PAINTS = ((20, 176, 170), (16, 150, 160))


def _wheel(rng, x, y, radius, rim=0.55, spokes=0):
    """A dark tyre around a lighter disc, with optional spokes."""
    disc = (206, 208, 212)
    parts = [Part('wheel', [ellipse(x, y, radius, radius)], TYRE),
             Part('wheel', [ellipse(x, y, radius * rim, radius * rim)], disc, edge=False)]
    turn = rng.uniform(0, 180)
    for k in range(spokes):
        ends = [(x - radius * 0.8, y), (x + radius * 0.8, y)]
        ends = rotate(ends, turn + 180 * k / spokes, (x, y))
        parts.append(Part('wheel', [limb(ends, 0.012)], (110, 110, 116), edge=False))
    parts.append(Part('wheel', [ellipse(x, y, radius * 0.16, radius * 0.16)], TYRE, edge=False))
    return parts


def _glass(rng):
    """A light blue RGB colour."""
    return pick_color(rng, [(168, 214, 238), (140, 190, 220), (196, 230, 242)], free=0)


def _door(cx, cy, width, height, paint):
    """A door leaf with a handle, darker than the paint around it."""
    return [Part('door', [box(cx, cy, width, height, 0.02)], shade(paint, 0.66)),
            Part('door', [box(cx - width * 0.28, cy - height * 0.2, width * 0.25, 0.025)], LAMP,
                 edge=False)]


def _lamp(x, y, size=0.055):
    """A yellow headlight."""
    return Part('body', [ellipse(x, y, size * 0.85, size)], LAMP)


def car(rng):
    """A low body with a rounded cabin, two windows, a door and two wheels."""
    paint, glass = pick_color(rng, CAR_PAINTS), _glass(rng)
    roof = rng.uniform(-0.3, -0.24)
    body = [box(0, 0.06, 1.0, 0.27, 0.1),
            polygon((-0.38, -0.04), (-0.24, roof), (0.14, roof), (0.32, -0.04))]
    sill, top = -0.05, roof + 0.045
    windows = [polygon((-0.31, sill), (-0.21, top), (-0.05, top), (-0.05, sill)),
               polygon((-0.01, sill), (-0.01, top), (0.12, top), (0.24, sill))]
    radius = rng.uniform(0.115, 0.14)
    return [Part('body', body, paint, textured=True),
            *[Part('window', [w], glass) for w in windows],
            *_door(0.03, 0.07, 0.25, 0.2, paint), _lamp(0.44, 0.03),
            *_wheel(rng, -0.29, 0.18, radius), *_wheel(rng, 0.3, 0.18, radius)]


def truck(rng):
    """A high cargo box behind a cab, on three wheels."""
    paint, cargo = pick_color(rng, TRUCK_PAINTS), pick_color(rng, CARGOES)
    back = rng.uniform(-0.5, -0.42)
    height = rng.uniform(0.46, 0.58)
    bed = 0.14
    cab = [polygon((0.22, bed), (0.22, -0.24), (0.38, -0.24), (0.49, -0.05), (0.52, bed)),
           box((back + 0.5) / 2, bed, 0.5 - back, 0.09)]
    window = polygon((0.27, -0.04), (0.27, -0.19), (0.365, -0.19), (0.44, -0.04))
    box_width = 0.19 - back
    wheels = [part for x in (back + 0.14, back + 0.37, 0.38)
              for part in _wheel(rng, x, bed + 0.08, 0.108)]
    return [Part('body', cab, paint),
            Part('body', [box(back + box_width / 2, bed - height / 2, box_width, height, 0.02)],
                 cargo, textured=True),
            Part('window', [window], _glass(rng)), _lamp(0.475, 0.07, 0.045), *wheels]


def bus(rng):
    """A long high box with a row of windows, a door and two wheels."""
    paint, glass = pick_color(rng, BUS_PAINTS), _glass(rng)
    height = rng.uniform(0.38, 0.46)
    top = 0.16 - height
    count = int(rng.integers(3, 5))
    step = 0.66 / count
    windows = [Part('window', [box(-0.45 + step * (k + 0.5), top + 0.13, step - 0.035, 0.19, 0.02)],
                    glass) for k in range(count)]
    front = Part('window', [box(0.445, top + 0.13, 0.08, 0.19, 0.02)], glass)
    wheels = [*_wheel(rng, -0.3, 0.17, 0.125), *_wheel(rng, 0.1, 0.17, 0.125)]
    return [Part('body', [box(0, 0.16 - height / 2, 1.0, height, 0.07)], paint, textured=True),
            *windows, front, *_door(0.31, top + height * 0.56, 0.18, height * 0.7, paint),
            _lamp(0.455, 0.09, 0.045), *wheels]


def bicycle(rng):
    """Two large spoked wheels joined by a tube frame with a handlebar and a saddle."""
    paint = pick_color(rng, BICYCLE_PAINTS)
    radius, y = rng.uniform(0.225, 0.255), 0.16
    rear, front = (-0.3, y), (0.32, y)
    crank, post, stem = (-0.02, y + 0.02), (-0.1, -0.16), (0.22, -0.18)
    tubes = [(rear, crank), (crank, post), (post, rear), (post, stem), (crank, stem), (stem, front)]
    bar = limb(curve((0.16, -0.3), (0.3, -0.36), (0.4, -0.22)), 0.06)
    grip = limb([stem, (0.21, -0.32)], 0.05)
    saddle = limb([(-0.21, -0.26), (-0.02, -0.24)], 0.1, 0.06)
    wheels = [part for x, _ in (rear, front)
              for part in _wheel(rng, x, y, radius, rim=0.8, spokes=4)]
    return [*wheels, Part('frame', [limb(t, 0.052) for t in tubes] + [limb([post, (-0.12, -0.23)],
                                                                           0.04)], paint),
            Part('frame', [grip, bar], (150, 154, 164)), Part('frame', [saddle], (74, 46, 34))]
