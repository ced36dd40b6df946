"""How a scene is drawn: line, light and colour."""
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class Style(NamedTuple):
    """One manner of drawing.

    Attributes:
        edge (int): width of the dark line around a part, in canvas pixels; 0 for none.
        edge_tone (float): brightness of that line relative to the part.
        light (float): how much darker a part is at its bottom than at its top.
        wash (float): share of white mixed into every colour.
        grain (float): standard deviation of the noise on the picture, 0..255.
        dim (float): brightness of the finished picture.
        paper (bool): lines and fills on a sheet: dark colours stay dark under the wash, and nothing
            throws a shadow.
    """
    edge: int
    edge_tone: float
    light: float
    wash: float
    grain: float
    dim: float
    paper: bool = False

    def tone(self, color: Sequence[float] | np.ndarray) -> np.ndarray:
        """An RGB colour (0..255) under the wash."""
        wash = self.wash * min(1.0, max(color) / 128) if self.paper else self.wash
        return np.asarray(color) * (1 - wash) + 255 * wash


STYLES = {
    'painting': Style(edge=4, edge_tone=0.45, light=0.26, wash=0.0, grain=4, dim=1.0),
    'cartoon': Style(edge=7, edge_tone=0.12, light=0.0, wash=0.0, grain=0, dim=1.0),
    'cutout': Style(edge=0, edge_tone=1.0, light=0.0, wash=0.0, grain=0, dim=1.0),
    'pastel': Style(edge=3, edge_tone=0.7, light=0.12, wash=0.35, grain=7, dim=1.0),
    'night scene': Style(edge=4, edge_tone=0.35, light=0.3, wash=0.0, grain=7, dim=0.62),
}
PAPER_STYLES = {
    'pencil drawing': Style(edge=3, edge_tone=0.12, light=0.0, wash=0.74, grain=5, dim=1.0, paper=True),
    'crayon drawing': Style(edge=5, edge_tone=0.2, light=0.0, wash=0.5, grain=9, dim=1.0, paper=True),
    'charcoal sketch': Style(edge=5, edge_tone=0.05, light=0.0, wash=0.88, grain=7, dim=0.96,
                             paper=True),
}


def finish(rng: np.random.Generator, image: np.ndarray, style: Style) -> np.ndarray:
    """``image`` (h, w, 3) uint8 as the style leaves it: dimmed, with a colour cast and grain."""
    gain = style.dim * rng.uniform(0.92, 1.06) * rng.uniform(0.97, 1.03, 3)
    grain = rng.normal(0, 1, image.shape[:2])[..., None] * style.grain * rng.uniform(0.3, 1)
    return np.clip(image * gain + rng.uniform(-5, 5) + grain, 0, 255).astype(np.uint8)
