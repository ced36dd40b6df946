"""A supersampled picture and its exact label maps, painted from the same outlines."""
import cv2
import numpy as np

from .geometry import Outline
from .part import Color, Part, shade
from .style import STYLES, Style

SCALE = 3  # canvas pixels per image pixel, odd so that a block has a centre to read labels from
NONE = 255  # map value of pixels of no part, or no object
_SHIFT = 4  # fractional bits of OpenCV's integer coordinates


class Canvas:
    """A (size * SCALE)² RGB picture with a part map, an object map and an instance map."""

    def __init__(self, size: int, style: Style = STYLES['painting']) -> None:
        side = size * SCALE
        self.size, self.side, self.style = size, side, style
        self.image = np.zeros((side, side, 3), np.uint8)
        self.parts = np.full((side, side), NONE, np.uint8)
        self.objects = np.full((side, side), NONE, np.uint8)
        self.instances = np.full((side, side), NONE, np.uint8)

    def mask(self, outlines: list[Outline], edge: int = 0) -> tuple[slice, slice, np.ndarray]:
        """Rows, columns (slices) and (h, w) bool mask of the outlines, grown by edge / 2 pixels."""
        points = np.concatenate(outlines)
        margin = edge + 2
        low = np.clip(np.floor(points.min(0)) - margin, 0, self.side).astype(int)
        high = np.clip(np.ceil(points.max(0)) + margin, 0, self.side).astype(int)
        mask = np.zeros((max(high[1] - low[1], 0), max(high[0] - low[0], 0)), np.uint8)
        if mask.size:
            for outline in outlines:
                fixed = np.round((outline - low) * (1 << _SHIFT)).astype(np.int32)[None]
                cv2.fillPoly(mask, fixed, 1, shift=_SHIFT)
                if edge:
                    cv2.polylines(mask, fixed, True, 1, edge, shift=_SHIFT)
        return slice(low[1], high[1]), slice(low[0], high[0]), mask.view(bool)

    def paint(self, part: Part, ids: tuple[int, int, int] = (NONE, NONE, NONE),
              pattern: np.ndarray | None = None, accent: float = 1.) -> None:
        """Paint a Part whose outlines are canvas pixels.

        Where `pattern` (side, side) bool holds, a textured part is `accent` times as bright.

        The line around a part is painted first and belongs to the part, so that the picture and the
        maps change at the same pixel. `ids` are its values in the part, object and instance map.
        """
        if part.edge and self.style.edge:
            rows, cols, mask = self.mask(part.outlines, self.style.edge)
            self._fill(rows, cols, mask, np.multiply(part.color, self.style.edge_tone), ids)
        rows, cols, mask = self.mask(part.outlines)
        self._fill(rows, cols, mask, part.color, ids)
        if pattern is not None and part.textured:
            self._color(rows, cols, mask & pattern[rows, cols], shade(part.color, accent))

    def _fill(self, rows, cols, mask, color, ids):
        self._color(rows, cols, mask, color)
        for canvas, value in zip((self.parts, self.objects, self.instances), ids):
            canvas[rows, cols][mask] = value

    def _color(self, rows, cols, mask, color):
        """Colour the masked pixels, lit from above: a little darker towards the bottom."""
        color = self.style.tone(color)
        half = self.style.light / 2
        light = np.linspace(1 + half, 1 - half, mask.shape[0])[:, None, None]
        tones = np.clip(color * light, 0, 255).astype(np.uint8)
        np.copyto(self.image[rows, cols], tones, where=mask[..., None])

    def blend(self, outlines: list[Outline], color: Color, opacity: float) -> None:
        """Mix a colour into the picture only, as for shadows and background shapes."""
        rows, cols, mask = self.mask(outlines)
        region = self.image[rows, cols]
        mixed = region * (1 - opacity) + np.asarray(color) * opacity
        np.copyto(region, mixed.astype(np.uint8), where=mask[..., None])

    def maps(self) -> tuple[np.ndarray, ...]:
        """Part, object and instance map, (size, size) uint8, read at block centres."""
        centre = slice(SCALE // 2, None, SCALE)
        maps = (self.parts, self.objects, self.instances)
        return tuple(each[centre, centre].copy() for each in maps)

    def picture(self) -> np.ndarray:
        """The antialiased picture (size, size, 3) uint8 RGB."""
        return cv2.resize(self.image, (self.size, self.size), interpolation=cv2.INTER_AREA)
