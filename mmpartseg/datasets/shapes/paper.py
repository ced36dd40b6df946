"""A sheet of paper to draw on, and the hatching that fills what is drawn."""
import numpy as np

from .background import smooth_field
from .canvas import Canvas
from .geometry import ellipse, limb
from .part import Rng

# Sheets by name: colour, and how many rules lie across and along the sheet
SHEETS = {'plain paper': ((250, 249, 245), 0, 0), 'old paper': ((238, 227, 202), 0, 0),
          'grey paper': ((226, 226, 224), 0, 0), 'lined paper': ((248, 248, 244), 11, 0),
          'squared paper': ((250, 250, 248), 15, 15)}
RULE = (120, 150, 196)
GRAPHITE = (120, 118, 116)


def paint_paper(rng: Rng, canvas: Canvas) -> tuple[str, str, float]:
    """A pale sheet, some with rules, stains or stray lines; there is neither sky nor ground.

    Returns:
        tuple: the sheet's name twice, as what is above and below, and 1, the row between.
    """
    side = canvas.side
    name = list(SHEETS)[rng.integers(len(SHEETS))]
    color, across, along = SHEETS[name]
    fibre = 1 + 0.05 * (smooth_field(rng, int(rng.integers(24, 60)), side) - 0.5)
    shadow = 1 + 0.08 * (smooth_field(rng, 3, side) - 0.5)
    canvas.image[:] = np.clip((np.array(color) + rng.normal(0, 3, 3)) * (fibre * shadow)[..., None], 0, 255)
    shift, faint = rng.uniform(0, 1, 2), rng.uniform(0.15, 0.35)
    for k in range(across):
        y = side * (k + shift[0]) / across
        canvas.blend([limb([(0, y), (side, y)], 2)], RULE, faint)
    for k in range(along):
        x = side * (k + shift[1]) / along
        canvas.blend([limb([(x, 0), (x, side)], 2)], RULE, faint)
    for _ in range(int(rng.integers(0, 4))):
        _paint_mark(rng, canvas)
    return name, name, 1.0


def _paint_mark(rng, canvas):
    """One faint stain, ring of a cup, smudge or stray line."""
    side = canvas.side
    x, y = rng.uniform(0, side, 2)
    size, kind = rng.uniform(0.05, 0.2) * side, int(rng.integers(4))
    end = (x, y) + rng.normal(0, 1, 2) * size
    outlines = [ellipse(x, y, size, size * rng.uniform(0.6, 1.0)), limb(ellipse(x, y, size, size), 5),
                limb([(x, y), end], size * 0.3), limb([(x, y), end], 3)]
    color = (196, 164, 116) if kind < 2 else GRAPHITE
    canvas.blend([outlines[kind]], color, rng.uniform(0.06, 0.2) if kind < 3 else 0.4)


def hatching(rng: Rng, side: int, unit: float) -> tuple[np.ndarray, None]:
    """Wavering strokes in one direction, or in two that cross: (side, side) bool, and no name.

    Args:
        rng (numpy.random.Generator): chooses direction, density and waver.
        side (int): of the canvas, in its pixels.
        unit (float): length of the object, in canvas pixels.
    """
    angle, step = rng.uniform(0, np.pi), max(unit * rng.uniform(0.035, 0.055), 7)
    waver = rng.uniform(0.5, 1.5) * (smooth_field(rng, 12, side) - 0.5)
    x, y = np.arange(side, dtype=np.float32)[None], np.arange(side, dtype=np.float32)[:, None]
    angles = (angle, angle + rng.uniform(0.9, 1.4)) if rng.random() < 0.3 else (angle,)
    strokes = np.zeros((side, side), bool)
    for each in angles:
        strokes |= np.sin((np.cos(each) * x + np.sin(each) * y) * 2 * np.pi / step + waver) > 0.45
    return strokes, None
