"""Two-wheelers seen from the side, facing right; each builder returns its parts back to front."""
from .geometry import Point, curve, ellipse, limb, polygon
from .kind import kind
from .part import Color, Part, Rng, shade
from .vehicles import LAMP, STEEL, wheel

LEATHER = (64, 44, 38)


def bent_handlebar(stem: Point, width: float) -> list[Part]:
    """A bar that bends back over the point (x, y) that it turns about."""
    x, y = stem
    return [Part('handlebar', [limb([stem, (x - 0.03, y - 0.13)], width * 0.9)], STEEL),
            Part('handlebar', [limb(curve((x - 0.17, y - 0.13), (x + 0.1, y - 0.22),
                                          (x + 0.12, y - 0.03)), width)], (96, 98, 106))]


@kind('vehicle', ('blue', 'red', 'green', 'black'), ('bike', 'push bike', 'cycle'))
def bicycle(rng: Rng, color: Color) -> list[Part]:
    """Two large spoked wheels joined by a tube frame with a handlebar and a saddle."""
    radius, y = rng.uniform(0.225, 0.265), 0.16
    rear, front = (rng.uniform(-0.34, -0.29), y), (0.33, y)
    rise = rng.uniform(-0.04, 0.03)
    crank, post, stem = (-0.02, y + 0.03), (-0.1, -0.15 + rise), (0.22, -0.17)
    tubes = [(rear, crank), (crank, post), (post, rear), (post, stem), (crank, stem), (stem, front)]
    if rng.random() < 0.3:
        tubes[3] = ((-0.07, -0.02), stem)
    perch = (-0.12, -0.25 + rise)
    saddle = polygon((-0.26, perch[1] - 0.06), (-0.05, perch[1] - 0.03), (0.02, perch[1] + 0.01),
                     (-0.06, perch[1] + 0.03), (-0.2, perch[1] + 0.05))
    wheels = [part for x, _ in (rear, front)
              for part in wheel(rng, x, y, radius, rim=0.78, spokes=4)]
    return [*wheels, Part('frame', [limb(t, 0.056) for t in tubes] + [limb([post, perch], 0.045)],
                          color),
            Part('frame', [ellipse(*crank, 0.06, 0.06)], (110, 112, 120)),
            *bent_handlebar(stem, 0.062), Part('saddle', [saddle], LEATHER)]


@kind('vehicle', ('red', 'black', 'blue', 'orange'), ('motorcycle', 'moped', 'motor scooter'))
def motorbike(rng: Rng, color: Color) -> list[Part]:
    """Two thick wheels under a solid frame with tank and engine, a long saddle and a handlebar."""
    radius, y = rng.uniform(0.19, 0.22), 0.18
    rear, front = (rng.uniform(-0.4, -0.35), y), (0.4, y)
    stem, tail = (0.22, -0.16), rng.uniform(-0.5, -0.42)
    tubes = [limb([stem, front], 0.075), limb([(-0.04, 0.14), rear], 0.08),
             limb([(-0.32, -0.05), rear], 0.06)]
    hull = polygon((tail, -0.12), (-0.1, -0.04), (-0.02, -0.14), *curve(
        (0.02, -0.2), (0.16, -0.26), (0.26, -0.12)), (0.16, 0.1), (0.1, 0.2), (-0.14, 0.2),
        (-0.2, 0.04), (tail + 0.06, 0.0))
    engine = [ellipse(0.0, 0.12, 0.1, 0.09)]
    pipe = limb([(0.02, 0.21), (-0.2, 0.24), (-0.5, 0.2)], 0.06, 0.08)
    saddle = limb(curve((tail - 0.02, -0.2), (-0.25, -0.1), (-0.05, -0.15)), 0.11, 0.09)
    guard = limb(curve((front[0] - 0.2, y - 0.12), (front[0], y - 0.34), (front[0] + 0.18, y - 0.12)),
                 0.05)
    wheels = [part for x, _ in (rear, front) for part in wheel(rng, x, y, radius, rim=0.5)]
    return [*wheels, Part('frame', [*tubes], shade(color, 0.7)), Part('frame', [guard], color),
            Part('frame', [hull], color, textured=True), Part('frame', engine, (150, 152, 160)),
            Part('frame', [pipe], STEEL), Part('', [ellipse(0.33, -0.16, 0.06, 0.065)], LAMP),
            *bent_handlebar((0.22, -0.17), 0.066), Part('saddle', [saddle], LEATHER)]
