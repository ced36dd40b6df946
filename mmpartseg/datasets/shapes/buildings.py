"""Buildings seen from the front; each builder returns its parts back to front."""
from .geometry import Outline, box, curve, limb, polygon
from .kind import kind
from .part import Color, Part, Rng, pick_color, shade
from .vehicles import door, glass

TILES = ((178, 74, 50), (120, 60, 46), (86, 92, 106), (60, 76, 110))
DOORS = ((112, 70, 42), (70, 92, 70), (76, 60, 54), (150, 54, 44))


def arched(cx: float, bottom: float, width: float, height: float) -> Outline:
    """The outline of a doorway with a round top."""
    left, right, spring = cx - width / 2, cx + width / 2, bottom - height + width / 2
    top = curve((left, spring), (cx, spring - width), (right, spring), 10)
    return polygon((left, bottom), *top, (right, bottom))


def barred_window(outline: Outline, pane: Color) -> list[Part]:
    """A window with a cross of bars."""
    low, high = outline.min(0), outline.max(0)
    x, y = (low + high) / 2
    bars = [limb([(x, low[1]), (x, high[1])], 0.014), limb([(low[0], y), (high[0], y)], 0.014)]
    return [Part('window', [outline], pane), Part('window', bars, shade(pane, 0.45), edge=False)]


def _entrance(rng, outline):
    """A door in a colour of its own."""
    (left, _), (right, bottom) = outline.min(0), outline.max(0)
    return door(outline, (left + 0.78 * (right - left), bottom - 0.1), pick_color(rng, DOORS))


@kind('building', ('white', 'yellow', 'beige', 'pink'), ('home', 'cottage', 'cabin'))
def house(rng: Rng, color: Color) -> list[Part]:
    """A wide wall under a gabled or hipped roof, with one to three windows and a door."""
    tiles, pane = pick_color(rng, TILES), glass(rng)
    half, ridge = rng.uniform(0.36, 0.46), rng.uniform(-0.5, -0.4)
    flat = half * (0 if rng.random() < 0.5 else rng.uniform(0.45, 0.7))
    eaves = polygon((-half - 0.08, -0.06), (-flat, ridge), (flat, ridge), (half + 0.08, -0.06))
    chimney = []
    if rng.random() < 0.55:
        x = half * rng.uniform(0.45, 0.6)
        chimney = [Part('chimney', [box(x, ridge + 0.06, 0.12, 0.3)], (150, 84, 66)),
                   Part('chimney', [box(x, ridge - 0.08, 0.16, 0.05)], (110, 62, 50))]
    count = int(rng.integers(1, 4))
    spots = {1: [(half * 0.45, 0.12)], 2: [(half * 0.66, 0.12), (-half * 0.66, 0.12)],
             3: [(half * 0.66, 0.12), (-half * 0.66, 0.12), (0, -0.22)]}[count]
    way = -half * 0.45 if count == 1 else 0.0
    windows = [p for x, y in spots for p in barred_window(box(x, y, 0.2, 0.18), pane)]
    return [*chimney, Part('wall', [box(0, 0.15, 2 * half, 0.46)], color, textured=True),
            Part('roof', [eaves], tiles), *windows,
            *_entrance(rng, box(way, 0.25, 0.18, 0.27))]


def _spire(cx, half, base, tip, tiles):
    """A pointed roof that overhangs the wall below it a little."""
    return Part('roof', [polygon((cx - half - 0.05, base), (cx, tip), (cx + half + 0.05, base))], tiles)


@kind('building', ('white', 'beige', 'grey', 'brown'), ('chapel', 'cathedral', 'abbey'))
def church(rng: Rng, color: Color) -> list[Part]:
    """A long nave with arched windows beside a pointed tower, often under a cross."""
    tiles, pane = pick_color(rng, TILES), glass(rng)
    half, tip = rng.uniform(0.13, 0.17), rng.uniform(-0.62, -0.52)
    far, base = rng.uniform(0.44, 0.54), rng.uniform(-0.24, -0.18)
    cx = -0.24
    nave = box((cx + far) / 2, 0.24, far - cx, 0.36)
    roof = polygon((cx, -0.16), (far - 0.1, -0.16), (far + 0.06, 0.1), (cx, 0.1))
    cross = []
    if rng.random() < 0.7:
        cross = [Part('', [limb([(cx, tip + 0.05), (cx, tip - 0.15)], 0.035),
                           limb([(cx - 0.05, tip - 0.09), (cx + 0.05, tip - 0.09)], 0.035)],
                      (90, 80, 60))]
    count = int(rng.integers(2, 4))
    start, step = cx + half + 0.02, (far - cx - half - 0.02) / count
    windows = [p for k in range(count)
               for p in barred_window(arched(start + step * (k + 0.5), 0.36, 0.11, 0.21), pane)]
    return [Part('wall', [nave], shade(color, 0.92), textured=True), Part('roof', [roof], tiles),
            *cross, Part('wall', [box(cx, (base + 0.42) / 2, 2 * half, 0.42 - base)], color,
                         textured=True), _spire(cx, half, base, tip, tiles), *windows,
            *barred_window(arched(cx, 0.04, 0.12, 0.18), pane),
            *_entrance(rng, arched(cx, 0.42, 0.16, 0.27))]


@kind('building', ('grey', 'beige', 'brown', 'white'), ('turret', 'watchtower', 'castle tower'))
def tower(rng: Rng, color: Color) -> list[Part]:
    """A tall narrow wall under a pointed roof, with windows above each other and a door."""
    tiles, pane = pick_color(rng, TILES), glass(rng)
    half, base = rng.uniform(0.14, 0.19), rng.uniform(-0.32, -0.2)
    foot = half * rng.uniform(1.0, 1.25)
    wall = [polygon((-half, base), (half, base), (foot, 0.55), (-foot, 0.55))]
    if rng.random() < 0.5:
        wall.append(box(0, base + 0.08, 2 * half + 0.09, 0.18))
    count, wide = int(rng.integers(1, 3)), rng.random() < 0.5
    windows = []
    for k in range(count):
        y = base + 0.25 + 0.2 * k
        outline = box(0, y - 0.08, 0.14, 0.16) if wide else arched(0, y, 0.12, 0.17)
        windows += barred_window(outline, pane)
    return [Part('wall', wall, color, textured=True),
            _spire(0, half, base, base - rng.uniform(0.28, 0.38), tiles), *windows,
            *_entrance(rng, arched(0, 0.55, 0.17, 0.27))]
