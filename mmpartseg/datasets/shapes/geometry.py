"""Closed outlines in object coordinates: x to the right, y down, objects about 1 long."""
from collections.abc import Sequence

import numpy as np

Outline = np.ndarray  # (n, 2)
Point = Sequence[float] | np.ndarray  # (2,)


def polygon(*points: Point) -> Outline:
    """The outline (n, 2) through the given (x, y) corners."""
    return np.array(points, float)


def ellipse(cx: float, cy: float, rx: float, ry: float, angle: float = 0.0, n: int = 32) -> Outline:
    """An ellipse (n, 2) around (cx, cy), turned clockwise by `angle` degrees."""
    t = np.linspace(0, 2 * np.pi, n, endpoint=False)
    return rotate(np.stack([rx * np.cos(t), ry * np.sin(t)], 1), angle) + (cx, cy)


def box(cx: float, cy: float, width: float, height: float, radius: float = 0.0) -> Outline:
    """A rectangle around (cx, cy) with rounded corners, as an outline (24, 2)."""
    radius = min(radius, width / 2, height / 2)
    t = np.radians(np.concatenate([np.linspace(q, q + 90, 6) for q in (0, 90, 180, 270)]))
    corner = np.repeat([(1, 1), (-1, 1), (-1, -1), (1, -1)], 6, axis=0)
    centre = corner * (width / 2 - radius, height / 2 - radius)
    return centre + radius * np.stack([np.cos(t), np.sin(t)], 1) + (cx, cy)


def curve(start: Point, control: Point, end: Point, n: int = 14) -> Outline:
    """Points (n, 2) of the quadratic Bezier curve from `start` to `end`."""
    t = np.linspace(0, 1, n)[:, None]
    start, control, end = (np.asarray(p, float) for p in (start, control, end))
    return (1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * end


def limb(path: Outline | Sequence[Point], start_width: float, end_width: float | None = None) -> Outline:
    """A round-ended band (m, 2) along `path` (n, 2) whose width changes linearly."""
    path = np.asarray(path, float)
    end_width = start_width if end_width is None else end_width
    half = np.linspace(start_width, end_width, len(path))[:, None] / 2
    along = np.gradient(path, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-9
    side = np.stack([-along[:, 1], along[:, 0]], 1) * half
    t = np.linspace(0, np.pi, 8)[1:-1, None]
    end_cap = path[-1] + side[-1] * np.cos(t) + along[-1] * half[-1] * np.sin(t)
    start_cap = path[0] - side[0] * np.cos(t) - along[0] * half[0] * np.sin(t)
    return np.concatenate([path + side, end_cap, (path - side)[::-1], start_cap])


def rotate(points: Outline | Sequence[Point], angle: float, about: Point = (0.0, 0.0)) -> Outline:
    """`points` (n, 2) turned clockwise (y points down) by `angle` degrees about a point."""
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    return (np.asarray(points, float) - about) @ np.array([(c, s), (-s, c)]) + about
