"""Where the parts of a label map lie: outlines, connected pieces, inner points."""
from dataclasses import dataclass

import cv2
import numpy as np


@dataclass
class Piece:
    """One connected piece of one class; x to the right, y down, in pixels."""

    class_id: int
    area: int
    point: tuple  # (x, y) of the pixel farthest from the piece's border
    mask: np.ndarray  # (height, width) bool, cut out at `corner`
    corner: tuple  # (x, y)

    def circle(self):
        """Centre (x, y) and radius of the smallest circle around the piece, in whole pixels."""
        points = np.argwhere(self.mask)[:, ::-1] + self.corner
        centre, radius = cv2.minEnclosingCircle(points.astype(np.float32))
        return tuple(round(value) for value in centre), round(radius)


def outline(label_map, width, among=True):
    """Pixels within `width` pixels (city block, inwards) of another label: (H, W) bool.

    The border of the picture is no outline. Of labels only those in ``among``, (H, W) bool, count.
    """
    edge, among = np.zeros(label_map.shape, bool), np.broadcast_to(among, label_map.shape)
    down = (label_map[1:] != label_map[:-1]) & among[1:] & among[:-1]
    across = (label_map[:, 1:] != label_map[:, :-1]) & among[:, 1:] & among[:, :-1]
    edge[1:] |= down
    edge[:-1] |= down
    edge[:, 1:] |= across
    edge[:, :-1] |= across
    if width > 1:
        cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
        edge = cv2.dilate(edge.astype(np.uint8), cross, iterations=width - 1) > 0
    return edge


def find_pieces(label_map, num_classes, most):
    """The largest connected pieces of each class 0..num_classes-1, largest first.

    Args:
        label_map (np.ndarray): (H, W) integers; other values belong to no class.
        num_classes (int): K.
        most (int): pieces kept per class.

    Returns:
        dict[int, list[Piece]]: by class id, for the classes present.
    """
    present = np.unique(label_map)
    present = present[(present >= 0) & (present < num_classes)]
    return {int(class_id): _pieces_of(label_map == class_id, int(class_id), most)
            for class_id in present}


def _pieces_of(mask, class_id, most):
    _, components, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), None, 8)
    order = np.argsort(-stats[1:, cv2.CC_STAT_AREA], kind='stable') + 1
    return [_piece(components, stats[i], i, class_id) for i in order[:most]]


def _piece(components, stats, index, class_id):
    x, y, width, height, area = (int(v) for v in stats)
    mask = components[y:y + height, x:x + width] == index
    depth = cv2.distanceTransform(np.pad(mask, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
    row, column = np.unravel_index(depth.argmax(), depth.shape)
    return Piece(class_id, area, (x + int(column), y + int(row)), mask, (x, y))
