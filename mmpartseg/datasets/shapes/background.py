"""What is behind and on top of the objects: gradients, clutter, patterns and camera noise."""
import cv2
import numpy as np

from .geometry import box, ellipse, limb, polygon
from .part import any_color, shade

GROUNDS = ((142, 156, 130), (186, 176, 160), (158, 152, 148), (122, 132, 124), (206, 202, 196))
SKIES = ((200, 212, 222), (228, 224, 216), (216, 224, 218), (180, 190, 200), (232, 222, 214))


def smooth_field(rng, cells, side):
    """A smooth random field (side, side) float32 in about 0..1 with `cells` bumps across."""
    grid = rng.random((cells, cells)).astype(np.float32)
    return cv2.resize(grid, (side, side), interpolation=cv2.INTER_CUBIC)


def paint_background(rng, canvas):
    """A sky or wall over a ground, both graded and mottled, with clutter in front."""
    side = canvas.side
    horizon = int(side * rng.uniform(0.45, 0.8))
    sky, ground = (any_color(rng, (0.0, 0.15), (0.6, 0.95)) if rng.random() < 0.35
                   else np.array(colors[rng.integers(len(colors))]) for colors in (SKIES, GROUNDS))
    rows = np.empty((side, 1, 3), np.float32)
    rows[:horizon, 0] = np.linspace(shade(sky, 0.9), shade(sky, 1.08), horizon)
    rows[horizon:, 0] = np.linspace(shade(ground, 0.82), shade(ground, 1.08), side - horizon)
    mottle = 1 + rng.uniform(0.05, 0.25) * (smooth_field(rng, int(rng.integers(5, 24)), side) - 0.5)
    canvas.image[:] = np.clip(rows * mottle[..., None], 0, 255)
    for _ in range(int(rng.integers(0, 6))):
        _paint_clutter(rng, canvas, horizon)


def _paint_clutter(rng, canvas, horizon):
    """One muted distractor: a ball, box, post, triangle, hoop or bush."""
    side = canvas.side
    x, y = rng.uniform(0, side), rng.uniform(0.1, 1) * side
    size = rng.uniform(0.04, 0.14) * side
    kind = int(rng.integers(6))
    shapes = [
        [ellipse(x, y, size, size * rng.uniform(0.5, 1.0))],
        [box(x, y, size * 2, size * rng.uniform(0.6, 2), size * 0.2)],
        [limb([(x, y), (x + rng.normal(0, size / 2), y - 3 * size)], size * 0.4)],
        [polygon((x - size, y), (x + size, y), (x, y - 2 * size))],
        [limb(ellipse(x, y, size, size), size * 0.25)],
        [ellipse(x + dx * size, horizon - dy * size, size * 0.8, size * 0.7)
         for dx, dy in ((-0.9, 0), (0.9, 0), (0, 0.5))],
    ]
    color = any_color(rng, (0.05, 0.3), (0.35, 0.9))
    for outline in shapes[kind]:
        canvas.blend([outline], color, rng.uniform(0.35, 0.8) if kind < 5 else 0.7)


def coat_pattern(rng, side, unit):
    """Where (side, side) bool an object's second colour shows, or None; `unit` = its length.

    Stripes, dots, large patches or fine speckle; plain for two objects in three.
    """
    kind = int(rng.integers(12))
    if kind > 3:
        return None
    if kind == 2:
        return smooth_field(rng, max(4, int(7 * side / unit)), side) > 0.62
    if kind == 3:
        cells = max(8, int(45 * side / unit))
        speckle = (rng.random((cells, cells)) > 0.75).astype(np.uint8)
        return cv2.resize(speckle, (side, side), interpolation=cv2.INTER_NEAREST).view(bool)
    angle = rng.uniform(0, np.pi)
    wave = 2 * np.pi / (unit * rng.uniform(0.07, 0.13))
    x, y = np.arange(side, dtype=np.float32)[None] * wave, np.arange(side)[:, None] * wave
    first = np.sin(np.cos(angle) * x + np.sin(angle) * y)
    if kind == 0:
        return first > 0.3
    return first + np.sin(-np.sin(angle) * x + np.cos(angle) * y) > 1.0


def camera(rng, image):
    """`image` (h, w, 3) uint8 with random contrast, colour cast, grain and sometimes blur."""
    gain = rng.uniform(0.85, 1.12) * rng.uniform(0.95, 1.05, 3)
    if rng.random() < 0.15:
        image = cv2.GaussianBlur(image, (3, 3), 0.7)
    grain = rng.normal(0, rng.uniform(0, 7), image.shape[:2])[..., None]
    return np.clip(image * gain + rng.uniform(-8, 8) + grain, 0, 255).astype(np.uint8)
