"""Where to write names: near their part, apart from each other, not over small parts."""
from dataclasses import dataclass

import cv2
import numpy as np

GAP = 2  # pixels between two boxes
# Costs of a position; they add to those of its distance.
COVER = 3.0  # for hiding a whole part
ON_PART = 0.4  # for a box that lies wholly on parts rather than beside them
LEADER = 0.6  # for not holding the point of the part, so that a line is needed
CROSSING = 3.0  # for a leader that runs wholly under boxes and leaders
ON_LEADER = 1.0  # for each text height of other leaders that is hidden
OFF_CENTRE = 0.02  # for each text height between the point and the middle of the box
SAMPLES = np.linspace(0.08, 1, 16)  # along a leader, from the part (0) to the box (1)
SHORTLIST = 256  # positions whose leaders are looked at; the others cost more without it


@dataclass
class Kind:
    """How far a text may be from its part: costs per text height, and the limit in text heights."""

    distance_cost: float
    reach: float


NAME = Kind(0.33, 10)
CLASS_ID = Kind(3.0, 3)  # small enough to lie on its part


@dataclass
class Label:
    """A text and its place; coordinates (x, y) in pixels."""

    class_id: int
    text: str
    point: tuple  # of the part
    box: tuple  # x, y, width, height
    leader: tuple  # end of the line from `point` to the box, None when the box holds the point
    kind: Kind


class Layout:
    """Greedy placement on a grid of positions, refined by moving one label at a time.

    Args:
        shape (tuple[int]): (height, width) of the picture.
        pieces (list[Piece]): the pieces that boxes should not hide.
        unit (int): text height in pixels; distances are counted in it.
    """

    def __init__(self, shape, pieces, unit):
        self.shape, self.unit = shape, unit
        weight = np.zeros(shape, np.float64)
        for piece in pieces:
            (x, y), (height, width) = piece.corner, piece.mask.shape
            weight[y:y + height, x:x + width] += piece.mask * (COVER / piece.area)
        self.hidden = cv2.integral(weight)
        self.on_part = cv2.integral((weight > 0).astype(np.uint8))
        self.labels = []

    def place(self, class_id, text, point, size, kind):
        """Put a box at the best free position within reach; False if there is none.

        Args:
            class_id (int), text (str): what the box shows.
            point (tuple[int]): (x, y) it belongs to.
            size (tuple[int]): (width, height) of the box.
            kind (Kind): NAME or CLASS_ID.
        """
        boxes, leaders = self._occupied()
        corners = self._grid(point, np.array(size))
        corners = corners[_box_sum(cv2.integral(boxes), corners, size) == 0]
        ends = np.clip(point, corners, corners + size - 1)
        near = np.linalg.norm(ends - point, axis=1) <= kind.reach * self.unit
        corners, ends = corners[near], ends[near]
        if not len(corners):
            return False
        cost = self._cost(corners, ends, point, np.array(size), kind)
        cost += _box_sum(cv2.integral(leaders), corners, size) * (ON_LEADER / self.unit)
        cheapest = np.argsort(cost, kind='stable')[:SHORTLIST]
        total = cost[cheapest] + CROSSING * _crossing(boxes | leaders, point, ends[cheapest])
        best = cheapest[total.argmin()]
        end = tuple(ends[best].tolist())
        self.labels.append(Label(class_id, text, point, (*corners[best].tolist(), *size),
                                 None if end == point else end, kind))
        return True

    def refine(self):
        """Move every label once more, now that the others are known."""
        for _ in range(len(self.labels)):
            label = self.labels.pop(0)
            placed = self.place(label.class_id, label.text, label.point, label.box[2:], label.kind)
            assert placed, 'its old position is free'

    def _grid(self, point, size):
        """Top left corners (x, y) of boxes in the picture: the one centred on the point first."""
        room = np.array(self.shape[::-1]) - size
        if (room < 0).any():
            return np.zeros((0, 2), int)
        step = max(2, self.unit // 3)
        centred = np.clip(np.array(point) - size // 2, 0, room)
        columns, rows = (np.arange(centred[i] % step, room[i] + 1, step) for i in (0, 1))
        grid = np.stack(np.meshgrid(columns, rows), -1).reshape(-1, 2)
        return np.concatenate([centred[None], grid])

    def _occupied(self):
        """Where boxes (with a gap around them) and leaders are: two (H, W) uint8 masks."""
        boxes, leaders = np.zeros((2, *self.shape), np.uint8)
        for label in self.labels:
            x, y, width, height = label.box
            boxes[max(y - GAP, 0):y + height + GAP, max(x - GAP, 0):x + width + GAP] = 1
            if label.leader:
                cv2.line(leaders, label.point, label.leader, 1, 3)
        return boxes, leaders

    def _cost(self, corners, ends, point, size, kind):
        distance = np.linalg.norm(ends - point, axis=1) / self.unit
        off_centre = np.linalg.norm(corners + size / 2 - point, axis=1) / self.unit
        on_part = _box_sum(self.on_part, corners, size) / size.prod()
        return (kind.distance_cost * distance + LEADER * (distance > 0) + OFF_CENTRE * off_centre
                + _box_sum(self.hidden, corners, size) + ON_PART * on_part)


def _crossing(taken, point, ends):
    """Share of each line from `point` to `ends` that lies in `taken`: (n,) float."""
    samples = np.rint(point + SAMPLES[:, None, None] * (ends - point)).astype(int)
    share = taken[samples[..., 1], samples[..., 0]].mean(0)
    return np.where((ends == point).all(1), 0, share)


def _box_sum(integral, corners, size):
    x, y = corners.T
    width, height = size
    return (integral[y + height, x + width] - integral[y, x + width]
            - integral[y + height, x] + integral[y, x])
