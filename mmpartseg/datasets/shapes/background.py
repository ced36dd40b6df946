"""What is behind and in front of the objects: ground and sky, clutter, patterns."""
import cv2
import numpy as np

from .canvas import Canvas
from .geometry import Outline, box, ellipse, limb, polygon
from .part import Rng, any_color, shade

GROUNDS = {'grass': (126, 158, 104), 'sand': (214, 196, 152), 'snow': (232, 236, 240),
           'road': (128, 128, 132), 'floor': (176, 146, 116)}
SKIES = {'sky': (186, 208, 230), 'plaster': (224, 214, 196), 'sunset': (240, 196, 160),
         'fog': (206, 208, 208)}


def smooth_field(rng: Rng, cells: int, side: int) -> np.ndarray:
    """A smooth random field (side, side) float32 in about 0..1 with `cells` bumps across."""
    grid = rng.random((cells, cells)).astype(np.float32)
    return cv2.resize(grid, (side, side), interpolation=cv2.INTER_CUBIC)


def paint_background(rng: Rng, canvas: Canvas) -> tuple[str, str, float]:
    """A sky or wall over a ground, both graded and mottled, with clutter in front.

    Returns:
        tuple: name of what is above, name of what is below, and the row that parts them, as a share
        of the height.
    """
    side = canvas.side
    share = rng.uniform(0.4, 0.8)
    horizon = int(side * share)
    names = [list(each)[rng.integers(len(each))] for each in (SKIES, GROUNDS)]
    sky, ground = (np.array(each[name]) + rng.normal(0, 8, 3)
                   for each, name in zip((SKIES, GROUNDS), names))
    rows = np.empty((side, 1, 3), np.float32)
    rows[:horizon, 0] = np.linspace(shade(sky, 0.9), shade(sky, 1.08), horizon)
    rows[horizon:, 0] = np.linspace(shade(ground, 0.82), shade(ground, 1.08), side - horizon)
    mottle = 1 + rng.uniform(0.05, 0.25) * (smooth_field(rng, int(rng.integers(5, 24)), side) - 0.5)
    canvas.image[:] = np.clip(rows * mottle[..., None], 0, 255)
    for _ in range(int(rng.integers(0, 6))):
        _paint_clutter(rng, canvas, horizon)
    return names[0], names[1], share


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


def foreground(rng: Rng, side: int) -> list[Outline]:
    """Outlines, in canvas pixels, of a fence post or a bush that hides what is behind it."""
    x = rng.uniform(0.1, 0.9) * side
    if rng.random() < 0.5:
        width = rng.uniform(0.03, 0.06) * side
        return [box(x, side * 0.6, width, side * 0.9, width * 0.3)]
    size, y = rng.uniform(0.08, 0.13) * side, side * rng.uniform(0.8, 1.0)
    return [ellipse(x + dx * size, y - dy * size, size, size * 0.8)
            for dx, dy in ((-1, 0), (1, 0), (0, 0.6))]


def coat_pattern(rng: Rng, side: int, unit: float) -> tuple[np.ndarray | None, str | None]:
    """Where (side, side) bool an object's second colour shows, and the pattern's name; or None.

    Stripes, checks, spots or fine speckle; plain for two objects in three. `unit` is the object's
    length in canvas pixels.
    """
    kind = int(rng.integers(12))
    if kind > 3:
        return None, None
    if kind == 2:
        return smooth_field(rng, max(4, int(7 * side / unit)), side) > 0.62, 'spotted'
    if kind == 3:
        cells = max(8, int(45 * side / unit))
        speckle = (rng.random((cells, cells)) > 0.75).astype(np.uint8)
        resized = cv2.resize(speckle, (side, side), interpolation=cv2.INTER_NEAREST)
        return resized.view(bool), 'speckled'
    angle = rng.uniform(0, np.pi)
    wave = 2 * np.pi / (unit * rng.uniform(0.07, 0.13))
    x, y = np.arange(side, dtype=np.float32)[None] * wave, np.arange(side)[:, None] * wave
    first = np.sin(np.cos(angle) * x + np.sin(angle) * y)
    if kind == 0:
        return first > 0.3, 'striped'
    return first + np.sin(-np.sin(angle) * x + np.cos(angle) * y) > 1.0, 'chequered'
