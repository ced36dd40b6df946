"""Vehicles of PartSketches seen from the side, facing right; builders return parts back to front."""
from .geometry import box, curve, ellipse, limb, polygon
from .kind import sketched
from .part import Color, Part, Rng, shade
from .two_wheelers import LEATHER, bent_handlebar
from .vehicles import LAMP, STEEL, glass, wheel


@sketched('vehicle', ('white', 'yellow', 'blue', 'green'), ('minivan', 'camper van', 'delivery van'))
def van(rng: Rng, color: Color) -> list[Part]:
    """One high box with a short sloping nose, large windows at the front and two wheels."""
    roof, rear = rng.uniform(-0.38, -0.3), rng.uniform(-0.52, -0.46)
    brow, nose = rng.uniform(0.2, 0.26), rng.uniform(0.5, 0.55)
    hull = polygon((rear, 0.16), (rear, roof + 0.06), (rear + 0.06, roof), (brow, roof),
                   (brow + 0.14, -0.1), (nose - 0.03, -0.04), (nose, 0.16))
    pane, sill = glass(rng), -0.09
    panes = [polygon((0.08, sill), (0.08, roof + 0.06), (brow - 0.02, roof + 0.06), (brow + 0.09, sill))]
    count = int(rng.integers(0, 3))
    panes += [box(rear + 0.17 + 0.23 * k, (sill + roof + 0.06) / 2, 0.19, sill - roof - 0.06, 0.02)
              for k in range(count)]
    seams = [limb([(x, roof + 0.03), (x, 0.14)], 0.014) for x in (0.03, 0.03 - 0.28)]
    radius = rng.uniform(0.11, 0.135)
    return [Part('body', [hull], color, textured=True),
            Part('body', [*seams, limb([(rear, 0.02), (nose - 0.02, 0.02)], 0.014)], shade(color, 0.5),
                 edge=False),
            *[Part('window', [each], pane) for each in panes],
            Part('body', [ellipse(nose - 0.05, 0.04, 0.03, 0.035)], LAMP),
            *wheel(rng, -0.28, 0.17, radius), *wheel(rng, 0.3, 0.17, radius)]


@sketched('vehicle', ('red', 'green', 'blue', 'yellow'), ('farm tractor', 'plough tractor'))
def tractor(rng: Rng, color: Color) -> list[Part]:
    """A huge rear and a small front wheel, a long bonnet with a chimney and an open cab."""
    large, small, ground = rng.uniform(0.26, 0.31), rng.uniform(0.13, 0.165), 0.4
    roof = rng.uniform(-0.5, -0.42)
    bonnet = polygon((-0.06, -0.1), (0.44, -0.06), (0.48, 0.0), (0.48, 0.18), (-0.1, 0.2))
    posts = [limb([(x, -0.08), (x, roof)], 0.045) for x in (-0.38, -0.04)]
    cab = [Part('body', [*posts, box(-0.2, roof, 0.46, 0.075, 0.02)], shade(color, 0.75)),
           Part('body', [limb([(-0.1, -0.12), (-0.02, -0.24)], 0.03)], (60, 60, 64), edge=False),
           Part('body', [limb([(-0.3, -0.26), (-0.28, -0.08), (-0.16, -0.08)], 0.075)], LEATHER)]
    pipe = Part('body', [limb([(0.26, -0.08), (0.26, -0.3), (0.22, -0.34)], 0.05)], (70, 70, 74))
    grill = Part('body', [limb([(x, -0.01), (x, 0.13)], 0.018) for x in (0.36, 0.4, 0.44)], shade(color, 0.4),
                 edge=False)
    guard = Part('body', [limb(curve((-0.54, 0.04), (-0.28, -0.32), (0.02, 0.06)), 0.07)], color)
    return [*cab, pipe, Part('body', [bonnet, box(-0.24, 0.05, 0.36, 0.26)], color, textured=True), grill,
            *wheel(rng, 0.36, ground - small, small), guard,
            *wheel(rng, -0.26, ground - large, large, rim=0.6, spokes=3)]


@sketched('vehicle', ('red', 'blue', 'green', 'yellow'), ('vespa', 'motor-scooter'))
def scooter(rng: Rng, color: Color) -> list[Part]:
    """A seat over a round tail, a flat step, a tall shield in front and two small wheels."""
    radius, y = rng.uniform(0.125, 0.15), 0.28
    rear, front = -0.32, 0.38
    tail = polygon(*curve((-0.54, 0.14), (-0.44, -0.1), (-0.1, -0.08)),
                   *curve((-0.1, -0.08), (-0.02, 0.1), (0.0, 0.22)), (-0.2, 0.28), (-0.46, 0.24))
    step = limb([(-0.1, 0.23), (0.2, 0.23)], 0.09)
    lean = rng.uniform(0.04, 0.08)
    shield = polygon((0.16, 0.26), *curve((0.26, 0.2), (0.22, 0.0), (0.18 - lean, -0.24)),
                     *curve((0.26 - lean, -0.26), (0.42, 0.0), (0.32, 0.2)), (0.28, 0.27))
    guard = limb(curve((front - 0.18, y - 0.06), (front, y - 0.26), (front + 0.19, y - 0.04)), 0.09)
    seat = limb(curve((-0.48, -0.13), (-0.28, -0.08), (-0.08, -0.12)), 0.12, 0.1)
    stem = (0.2 - lean, -0.22)
    return [*wheel(rng, rear, y, radius, rim=0.5), *wheel(rng, front, y, radius, rim=0.5),
            Part('body', [guard], color), Part('body', [step], shade(color, 0.7)),
            Part('body', [tail], color, textured=True), Part('body', [shield], color, textured=True),
            Part('body', [limb([(-0.4, 0.1), (-0.14, 0.08)], 0.03)], STEEL, edge=False),
            Part('body', [seat], LEATHER), *bent_handlebar(stem, 0.07),
            Part('body', [ellipse(0.26 - lean, -0.18, 0.05, 0.055)], LAMP)]
