"""Vehicles seen from the side, facing right; each builder returns its parts back to front."""
from .geometry import Outline, Point, box, curve, ellipse, limb, polygon, rotate
from .kind import kind
from .part import Color, Part, Rng, pick_color, shade

TYRE = (42, 42, 46)
STEEL = (206, 208, 212)
LAMP = (252, 232, 130)
PANES = ((168, 214, 238), (140, 190, 220), (196, 230, 242))
CABS = ((236, 234, 228), (70, 96, 150), (196, 60, 50), (232, 190, 70), (90, 140, 90))


def wheel(rng: Rng, x: float, y: float, radius: float, rim: float = 0.55, spokes: int = 0) -> list[Part]:
    """A dark tyre around a lighter disc, with optional spokes."""
    parts = [Part('wheel', [ellipse(x, y, radius, radius)], TYRE),
             Part('wheel', [ellipse(x, y, radius * rim, radius * rim)], STEEL, edge=False)]
    turn = rng.uniform(0, 180)
    for k in range(spokes):
        ends = rotate([(x - radius * 0.8, y), (x + radius * 0.8, y)], turn + 180 * k / spokes, (x, y))
        parts.append(Part('wheel', [limb(ends, 0.012)], (110, 110, 116), edge=False))
    parts.append(Part('wheel', [ellipse(x, y, radius * 0.16, radius * 0.16)], TYRE, edge=False))
    return parts


def glass(rng: Rng) -> Color:
    """The light blue RGB colour of a window."""
    return pick_color(rng, PANES, free=0)


def door(outline: Outline, knob: Point, color: Color) -> list[Part]:
    """A door leaf with a knob at (x, y)."""
    return [Part('door', [outline], color),
            Part('door', [ellipse(knob[0], knob[1], 0.02, 0.018)], LAMP, edge=False)]


def _lamp(name, x, y, size=0.055):
    """A yellow headlight."""
    return Part(name, [ellipse(x, y, size * 0.85, size)], LAMP)


@kind('vehicle', ('red', 'blue', 'yellow', 'grey'), ('automobile', 'motor car', 'sedan'))
def car(rng: Rng, color: Color) -> list[Part]:
    """A low body with a cabin, upright or sloping at the back, two windows and a door."""
    pane = glass(rng)
    roof, rear = rng.uniform(-0.32, -0.25), rng.uniform(-0.47, -0.34)
    front, bonnet = rng.uniform(0.1, 0.18), rng.uniform(0.26, 0.34)
    shoulder = rear + rng.uniform(0.04, 0.16)
    hull = [box(0, 0.06, 1.0, 0.27, 0.1),
            polygon((rear, -0.03), (shoulder, roof), (front, roof), (bonnet, -0.03))]
    sill, top = -0.04, roof + 0.045
    windows = [polygon((rear + 0.07, sill), (shoulder + 0.025, top), (-0.06, top), (-0.06, sill)),
               polygon((0.0, sill), (0.0, top), (front - 0.02, top), (bonnet - 0.08, sill))]
    leaf = box(0.05, 0.07, rng.uniform(0.24, 0.28), 0.22, 0.03)
    radius = rng.uniform(0.12, 0.145)
    return [Part('body', hull, color, textured=True),
            *[Part('window', [window], pane) for window in windows],
            *door(leaf, (-0.03, 0.02), shade(color, 0.66)), _lamp('headlight', 0.44, 0.03),
            *wheel(rng, -0.29, 0.18, radius), *wheel(rng, 0.31, 0.18, radius)]


@kind('vehicle', ('yellow', 'red', 'white', 'green'), ('coach', 'minibus', 'omnibus'))
def bus(rng: Rng, color: Color) -> list[Part]:
    """A long high box with one or two rows of windows, a door and two wheels."""
    pane, decks = glass(rng), 2 if rng.random() < 0.2 else 1
    low = rng.uniform(0.4, 0.5)
    height, top = low + 0.21 * (decks - 1), 0.16 - low
    count = int(rng.integers(3, 5))
    step = 0.66 / count
    windows = [Part('window', [box(-0.45 + step * (k + 0.5), top + 0.14, step - 0.035, 0.18, 0.02)],
                    pane) for k in range(count)]
    windows += [Part('window', [box(x, top - 0.07, 0.19, 0.15, 0.02)], pane)
                for x in (-0.34, -0.11, 0.12, 0.35)[:4 * (decks - 1)]]
    windows.append(Part('window', [box(0.45, top + 0.14, 0.09, 0.2, 0.02)], pane))
    leaf = box(0.305, top + low * 0.55, 0.16, low * 0.8, 0.02)
    radius = rng.uniform(0.11, 0.13)
    return [Part('body', [box(0, 0.16 - height / 2, 1.0, height, 0.07)], color, textured=True),
            *windows, *door(leaf, (0.26, top + low * 0.6), shade(color, 0.66)),
            _lamp('headlight', 0.46, 0.09, 0.04),
            *wheel(rng, -0.29, 0.17, radius), *wheel(rng, 0.1, 0.17, radius)]


@kind('vehicle', ('green', 'blue', 'orange', 'white'), ('lorry', 'delivery truck', 'hauler'))
def truck(rng: Rng, color: Color) -> list[Part]:
    """A high cargo box, or a round tank, behind a separate cab, on three wheels."""
    rear, bed = rng.uniform(-0.56, -0.46), 0.14
    height, tip = rng.uniform(0.46, 0.58), rng.uniform(0.36, 0.42)
    paint = pick_color(rng, CABS) if rng.random() < 0.6 else shade(color, 0.85)
    cab = polygon((0.2, bed), (0.2, -0.26), (tip, -0.26), (0.5, -0.04), (0.54, bed))
    chassis = box((rear + 0.5) / 2, bed, 0.5 - rear, 0.08)
    pane = polygon((0.26, -0.02), (0.26, -0.2), (tip - 0.02, -0.2), (0.455, -0.02))
    width = 0.15 - rear
    height, corner = (0.72 * height, 0.16) if rng.random() < 0.2 else (height, 0.02)
    cargo = box(rear + width / 2, bed - 0.02 - height / 2, width, height, corner)
    ribs = [Part('body', [box(rear + width * (k + 1) / 4, bed - 0.02 - height / 2, 0.016,
                              height * 0.84)], shade(color, 0.72), edge=False)
            for k in range(3 if rng.random() < 0.5 else 0)]
    wheels = [part for x in (rear + 0.13, rear + 0.37, 0.36)
              for part in wheel(rng, x, bed + 0.08, 0.112)]
    return [Part('body', [chassis], (84, 84, 90)), Part('body', [cab], paint),
            Part('body', [cargo], color, textured=True), *ribs, Part('window', [pane], glass(rng)),
            _lamp('headlight', 0.49, 0.07, 0.048), *wheels]


@kind('vehicle', ('white', 'grey', 'blue', 'red'), ('aeroplane', 'plane', 'airliner'))
def airplane(rng: Rng, color: Color) -> list[Part]:
    """A round-nosed hull with a row of windows, swept wings and an upright tail."""
    pane = glass(rng)
    thick, reach = rng.uniform(0.16, 0.2), rng.uniform(0.3, 0.42)
    sweep = rng.uniform(0.16, 0.3)
    trim = shade(color, rng.uniform(0.62, 0.78))
    accent = pick_color(rng, CABS[1:]) if rng.random() < 0.5 else trim
    hull = [limb([(-0.3, 0), (0.38, 0)], thick),
            polygon((-0.3, -thick / 2), (-0.54, -thick / 2), (-0.54, -0.02), (-0.3, thick / 2))]
    fin = polygon((-0.54, -0.04), (-0.6, -0.36), (-0.46, -0.36), (-0.28, -thick * 0.4))
    plane = polygon((-0.34, 0.0), (-0.48, 0.0), (-0.64, 0.12), (-0.52, 0.12))
    far = polygon((0.2, -0.05), (0.0, -0.05), (-sweep, -reach * 0.75), (0.12 - sweep, -reach * 0.75))
    near = polygon((0.2, 0.03), (-0.08, 0.03), (-0.08 - sweep, reach), (0.07 - sweep, reach))
    windows = [Part('window', [ellipse(x, -thick * 0.17, 0.024, 0.026)], pane, edge=False)
               for x in (-0.2, -0.1, 0.0, 0.1, 0.2)]
    cockpit = polygon((0.33, -0.01), (0.33, -thick * 0.34), (0.4, -thick * 0.34), (0.45, -0.01))
    return [Part('wing', [far], shade(trim, 0.8)), Part('tail', [fin], accent),
            Part('body', hull, color, textured=True), Part('tail', [plane], shade(accent, 0.85)),
            *windows, Part('window', [cockpit], pane), Part('wing', [near], trim)]


@kind('vehicle', ('red', 'blue', 'white', 'brown'), ('sailboat', 'ship', 'dinghy'))
def boat(rng: Rng, color: Color) -> list[Part]:
    """A curved hull under two sails, or with a cabin and a funnel."""
    bow, stern, depth = rng.uniform(0.46, 0.54), rng.uniform(-0.46, -0.38), rng.uniform(0.22, 0.28)
    keel = curve((bow, 0.0), (bow - 0.12, depth), (bow - 0.3, depth))
    hull = [polygon((stern, 0.02), *keel, (stern + 0.12, depth))]
    stripe = [limb([(stern + 0.03, 0.055), (bow - 0.06, 0.04)], 0.035)]
    low = [Part('', hull, color, textured=True), Part('', stripe, shade(color, 1.4), edge=False)]
    if rng.random() < 0.3:
        return [Part('', [box(-0.14, -0.28, 0.11, 0.2)], shade(color, 0.7)),
                Part('', [box(-0.05, -0.1, 0.5, 0.22, 0.03)], (238, 234, 224)),
                *[Part('', [ellipse(x, -0.11, 0.05, 0.05)], glass(rng)) for x in (-0.2, -0.05, 0.1)],
                *low]
    mast, tall = rng.uniform(-0.06, 0.04), rng.uniform(-0.62, -0.5)
    cloth = pick_color(rng, ((244, 240, 230), (250, 226, 190), (232, 236, 242)))
    main = polygon((mast - 0.03, tall + 0.04), *curve(
        (mast - 0.03, -0.06), (mast - 0.2, -0.02), (stern + 0.06, -0.08), 6))
    jib = polygon((mast + 0.04, tall + 0.12), (bow - 0.1, -0.08), (mast + 0.04, -0.06))
    return [Part('', [limb([(mast, 0.03), (mast, tall)], 0.035)], (110, 76, 48)),
            Part('', [main], cloth), Part('', [jib], shade(cloth, 0.88)), *low]
