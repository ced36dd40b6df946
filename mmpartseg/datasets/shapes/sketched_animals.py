"""Four-legged animals of PartSketches, seen from the side; builders return parts back to front."""
from .animals import DARK, Build, quadruped, tufted_tail
from .geometry import curve, ellipse, limb, polygon, rotate
from .kind import sketched
from .part import Color, Part, Rng, eye, renamed, shade, turn

# Coarse parts, as PartImageNet has them: what is on the head is head, and a foot is the whole leg.
COARSE = {'torso': 'body', 'leg': 'foot', 'eye': 'head', 'ear': 'head', 'neck': 'head', 'beak': 'head'}
PIG = Build((0.38, 0.24), (0.25, 0.13), 0.5)
LION = Build((0.37, 0.17), (0.33, 0.13), 1.2)
GIRAFFE = Build((0.27, 0.16), (0.56, 0.1), 0.5)


def muzzle(x: float, y: float, size: float, color: Color) -> list[Part]:
    """A snub muzzle with a nose, and a mouth below it."""
    lips = [limb(curve((x, y), (x + s * size * 0.1, y + size * 0.7), (x + s * size * 0.8, y + size * 0.3)),
                 0.018) for s in (-1, 1)]
    nose = polygon((x - size * 0.5, y - size * 0.5), (x + size * 0.5, y - size * 0.5), (x, y + size * 0.1))
    return [Part('head', [ellipse(x, y, size * 1.2, size)], color, edge=False),
            Part('head', [nose], DARK, edge=False), Part('head', lips, DARK, edge=False)]


@sketched('animal', colors=('grey', 'brown', 'white', 'beige'), synonyms=('bunny', 'hare'))
def rabbit(rng: Rng, color: Color) -> list[Part]:
    """Sitting up, with two long ears, a big haunch and hind foot and a puff of a tail."""
    x, y = 0.26, -0.14
    ears = [Part('head', [outline], tone, textured=tone == color, edge=tone == color)
            for dx, angle in ((-0.09, rng.uniform(-34, -12)), (0.0, rng.uniform(-12, 10)))
            for outline, tone in (
                (rotate(ellipse(x + dx, y - 0.28, 0.065, 0.23), angle, (x + dx, y)), color),
                (rotate(ellipse(x + dx, y - 0.28, 0.03, 0.16), angle, (x + dx, y)), (232, 170, 176)))]
    face = [Part('head', [ellipse(x, y, 0.18, 0.15, 12)], color, textured=True),
            Part('head', [ellipse(x + 0.165, y + 0.01, 0.03, 0.024)], (196, 90, 110), edge=False),
            Part('head', [limb([(x + 0.1, y + 0.05), (x + 0.26, y + 0.03 + d)], 0.012)
                          for d in (-0.03, 0.03)], DARK, edge=False), *eye(x + 0.05, y - 0.035, 0.034)]
    head = turn(ears + face, rng.uniform(-12, 12), (0.15, 0.0))
    bob = rng.uniform(-0.05, 0.05)
    return renamed([
        Part('tail', [ellipse(-0.41 + dx, 0.22 + bob + dy, 0.075, 0.075)
                      for dx, dy in ((0, 0), (-0.05, -0.04), (-0.05, 0.05), (0.0, -0.07))],
             (250, 248, 244)),
        Part('foot', [limb([(0.22, 0.1), (0.25, 0.4), (0.31, 0.42)], 0.11, 0.08)], shade(color, 0.75)),
        Part('body', [ellipse(-0.07, 0.13, 0.36, 0.25, -24), ellipse(0.12, 0.04, 0.18, 0.2)], color,
             textured=True),
        Part('foot', [limb([(0.13, 0.14), (0.15, 0.4), (0.22, 0.42)], 0.12, 0.09)], shade(color, 0.92)),
        Part('body', [ellipse(-0.19, 0.21, 0.2, 0.2)], shade(color, 0.95), textured=True),
        Part('foot', [limb([(-0.26, 0.4), (0.04, 0.42)], 0.12, 0.1)], shade(color, 0.9)), *head], COARSE)


@sketched('animal', colors=('pink', 'beige', 'white', 'brown'), synonyms=('piglet', 'hog', 'swine'))
def pig(rng: Rng, color: Color) -> list[Part]:
    """A fat body on short legs, a round snout with two nostrils and a curly tail."""
    x, y = 0.38, -0.14
    ears = [Part('head', [polygon((x + a, y - 0.1), (x + b, y - 0.34 + rng.uniform(0, 0.08)),
                                  (x + c, y - 0.1))], shade(color, 0.8))
            for a, b, c in ((-0.2, -0.16, -0.03), (0.0, 0.1, 0.14))]
    snout = [Part('head', [ellipse(x + 0.16, y + 0.06, 0.1, 0.11)], shade(color, 0.88)),
             Part('head', [ellipse(x + 0.16 + s * 0.04, y + 0.05, 0.018, 0.034) for s in (-1, 1)], DARK,
                  edge=False)]
    head = [*ears, Part('head', [ellipse(x, y, 0.21, 0.19)], shade(color, 1.05), textured=True), *snout,
            Part('head', [limb(curve((x - 0.02, y + 0.13), (x + 0.07, y + 0.18), (x + 0.12, y + 0.16)),
                               0.016)], DARK, edge=False),
            *eye(x - 0.05, y - 0.05, 0.03), *eye(x + 0.1, y - 0.07, 0.028)]
    turn(head, rng.uniform(-12, 12), (x - 0.1, y + 0.1))
    curl = [*curve((-0.35, -0.06), (-0.52, -0.02), (-0.5, -0.17)),
            *curve((-0.5, -0.17), (-0.4, -0.24), (-0.42, -0.1))[1:],
            *curve((-0.42, -0.1), (-0.5, -0.02), (-0.6, -0.14 + rng.uniform(-0.08, 0.05)))[1:]]
    tail = Part('tail', [limb(curl, 0.07, 0.05)], shade(color, 0.85))
    return renamed(quadruped(rng, PIG, color, head, [tail]), COARSE)


@sketched('animal', colors=('yellow', 'orange', 'beige', 'brown'), synonyms=('big cat', 'lioness'))
def lion(rng: Rng, color: Color) -> list[Part]:
    """A round face in a jagged mane, a sturdy body and a thin tail with a tuft."""
    x, y = 0.36, -0.2
    count, reach = int(rng.integers(11, 15)), rng.uniform(0.29, 0.34)
    spikes = [rotate([(x + reach * (1.12 if k % 2 else 0.9), y)], 180 * k / count, (x, y))[0]
              for k in range(2 * count)]
    head = [Part('head', [polygon(*spikes)], shade(color, 0.5), textured=True),
            Part('head', [ellipse(x + s * 0.14, y - 0.14, 0.06, 0.06) for s in (-1, 1)], shade(color, 0.9)),
            Part('head', [ellipse(x, y, 0.19, 0.18)], shade(color, 1.1)),
            *muzzle(x, y + 0.08, 0.075, (250, 244, 230)),
            *eye(x - 0.075, y - 0.04, 0.032), *eye(x + 0.075, y - 0.04, 0.032)]
    turn(head, rng.uniform(-10, 10), (x, y))
    tail = tufted_tail(rng, -0.34, -0.06, 0.36, color)
    return renamed(quadruped(rng, LION, color, head, [tail]), COARSE)


@sketched('animal', colors=('yellow', 'beige', 'orange', 'brown'), synonyms=('camelopard', 'giraffe calf'))
def giraffe(rng: Rng, color: Color) -> list[Part]:
    """A very long neck on high legs, two knobbed horns and dark patches all over."""
    top = (0.48 + rng.uniform(-0.1, 0.1), -0.78)
    spine = curve((0.18, -0.02), (0.3, -0.3), top)
    patch = shade(color, 0.5)
    neck = [Part('neck', [limb(spine, 0.24, 0.12)], color),
            Part('neck', [ellipse(a, b, 0.055, 0.04, rng.uniform(0, 90)) for a, b in spine[4:11:2]], patch,
                 edge=False)]
    x, y = top
    horns = [Part('head', [limb([(x + dx, y), (x + dx - 0.02, y - 0.18)], 0.04),
                           ellipse(x + dx - 0.02, y - 0.19, 0.035, 0.035)], shade(color, 0.6))
             for dx in (-0.02, 0.07)]
    head = [*horns, Part('head', [ellipse(x - 0.1, y - 0.02, 0.1, 0.045, 20)], shade(color, 0.8)),
            Part('head', [limb([(x, y - 0.02), (x + 0.2, y + 0.08)], 0.19, 0.12)], color),
            Part('head', [ellipse(x + 0.22, y + 0.07, 0.018, 0.014)], DARK, edge=False),
            *eye(x + 0.04, y - 0.03, 0.03)]
    head = neck + turn(head, rng.uniform(-14, 14), top)
    spots = [Part('torso', [ellipse(dx + rng.uniform(-0.02, 0.02), dy, 0.06, 0.05, rng.uniform(0, 90))],
                  patch, edge=False)
             for dx, dy in ((-0.17, -0.05), (-0.04, -0.08), (0.09, -0.05), (-0.1, 0.06), (0.04, 0.06))]
    tail = tufted_tail(rng, -0.25, -0.08, 0.36, color)
    return renamed(quadruped(rng, GIRAFFE, color, head, [tail], spots), COARSE)
