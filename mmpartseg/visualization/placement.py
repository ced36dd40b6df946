"""Where to write names: near their part, apart from each other, not over small parts."""
from dataclasses import dataclass

import cv2
import numpy as np

GAP = 2  # pixels between two boxes
COVER_COST = 6.0  # for hiding a whole part
ON_PART_COST = 0.15  # for a box that lies wholly on parts rather than beside them
OFF_CENTRE_COST = 0.02  # for each text height between the point and the middle of the box
NAME_DISTANCE_COST = 0.33  # for each text height between a point and the box with its name …
ID_DISTANCE_COST = 3.0  # … or its class id, which is small enough to lie on the part
CROSSING_COST = 3.0  # for a leader that runs wholly under boxes and leaders
SAMPLES = np.linspace(0.08, 1, 16)  # along a leader, from the part (0) to the box (1)
SHORTLIST = 256  # positions whose leaders are looked at; the others cost more without it


@dataclass
class Label:
    """A text and its place: the box (x, y, width, height) in pixels."""

    class_id: int
    text: str
    point: tuple
    box: tuple
    distance_cost: float

    @property
    def leader(self):
        """End of the line from `point` to the box, None when the box holds the point."""
        x, y, width, height = self.box
        end = (min(max(self.point[0], x), x + width - 1), min(max(self.point[1], y), y + height - 1))
        return None if end == tuple(self.point) else end


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
            weight[y:y + height, x:x + width] += piece.mask * (COVER_COST / piece.area)
        self.hidden = cv2.integral(weight)
        self.on_part = cv2.integral((weight > 0).astype(np.uint8))
        self.labels = []

    def place(self, class_id, text, point, size, distance_cost):
        """Put a box at the best free position; False if there is none.

        Args:
            class_id (int), text (str): what the box shows.
            point (tuple[int]): (x, y) it belongs to.
            size (tuple[int]): (width, height) of the box.
            distance_cost (float): for each text height between the point and the box.
        """
        corners = self._free_corners(point, np.array(size))
        if not len(corners):
            return False
        ends = np.clip(point, corners, corners + size - 1)
        cost = self._cost(corners, ends, point, np.array(size), distance_cost)
        cheapest = np.argsort(cost, kind='stable')[:SHORTLIST]
        total = cost[cheapest] + CROSSING_COST * self._crossing(point, ends[cheapest])
        best = corners[cheapest[total.argmin()]]
        self.labels.append(Label(class_id, text, point, (*best.tolist(), *size), distance_cost))
        return True

    def refine(self):
        """Move every label once more, now that the others are known."""
        for _ in range(len(self.labels)):
            label = self.labels.pop(0)
            placed = self.place(label.class_id, label.text, label.point, label.box[2:],
                                label.distance_cost)
            assert placed, 'its old position is free'

    def _free_corners(self, point, size):
        """Top left corners (x, y) of free boxes: the one centred on the point, then a grid."""
        room = np.array(self.shape[::-1]) - size
        if (room < 0).any():
            return np.zeros((0, 2), int)
        step = max(2, self.unit // 3)
        centred = np.clip(np.array(point) - size // 2, 0, room)
        columns, rows = (np.arange(centred[i] % step, room[i] + 1, step) for i in (0, 1))
        grid = np.stack(np.meshgrid(columns, rows), -1).reshape(-1, 2)
        corners = np.concatenate([centred[None], grid])
        boxes = np.zeros(self.shape, np.uint8)
        for label in self.labels:
            x, y, width, height = label.box
            boxes[max(y - GAP, 0):y + height + GAP, max(x - GAP, 0):x + width + GAP] = 1
        return corners[_box_sum(cv2.integral(boxes), corners, size) == 0]

    def _cost(self, corners, ends, point, size, distance_cost):
        distance = np.linalg.norm(ends - point, axis=1) / self.unit
        off_centre = np.linalg.norm(corners + size / 2 - point, axis=1) / self.unit
        on_part = _box_sum(self.on_part, corners, size) / size.prod()
        return (distance_cost * distance + OFF_CENTRE_COST * off_centre
                + _box_sum(self.hidden, corners, size) + ON_PART_COST * on_part)

    def _crossing(self, point, ends):
        """Share of each leader that runs under placed boxes or close to placed leaders."""
        taken = np.zeros(self.shape, np.uint8)
        for label in self.labels:
            x, y, width, height = label.box
            taken[y:y + height, x:x + width] = 1
            if label.leader:
                cv2.line(taken, label.point, label.leader, 1, 3)
        samples = np.rint(point + SAMPLES[:, None, None] * (ends - point)).astype(int)
        share = taken[samples[..., 1], samples[..., 0]].mean(0)
        return np.where((ends == point).all(1), 0, share)


def _box_sum(integral, corners, size):
    x, y = corners.T
    width, height = size
    return (integral[y + height, x + width] - integral[y, x + width]
            - integral[y + height, x] + integral[y, x])
