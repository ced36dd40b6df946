"""Borders of parts moved to edges of the picture, by OpenCV's watershed."""
import cv2
import numpy as np
import torch

BAND = 0.01  # of the picture's diagonal: as far as a border may move
CORE = 0.5  # of a region's depth: what is deeper inside it stays, however small it is


def snap(labels, picture):
    """A label map whose borders run where the picture has edges.

    Every region floods from its inside into a band around the borders; two meet at the strongest edge between
    them (Meyer's watershed).

    Args:
        labels (ndarray): (H, W) int64, background among them.
        picture (ndarray): (H, W, 3) uint8.

    Returns:
        ndarray: (H, W) int64. No label appears or vanishes.
    """
    band = max(1., BAND * np.hypot(*labels.shape))
    values, ids = np.unique(labels, return_inverse=True)
    ids = ids.reshape(labels.shape)
    markers = np.where(_stays(ids, len(values), band), ids + 1, 0).astype(np.int32)
    flooded = cv2.watershed(np.ascontiguousarray(picture), markers)
    return values[np.where(flooded > 0, flooded - 1, ids)]  # ridges, of one pixel, stay as they were


def _stays(ids, count, band):
    """(H, W) bool: pixels farther than ``band`` from another label, or in the core of their region."""
    stays = np.zeros(ids.shape, bool)
    for i in range(count):
        mask = np.pad((ids == i).astype(np.uint8), 1, mode='edge')
        depth = cv2.distanceTransform(mask, cv2.DIST_L2, 5)[1:-1, 1:-1]
        number, regions = cv2.connectedComponents(mask[1:-1, 1:-1])
        deepest = np.zeros(number)
        np.maximum.at(deepest, regions.ravel(), depth.ravel())
        stays |= (ids == i) & (depth > np.minimum(band, CORE * deepest)[regions])
    return stays


def snap_sample(model, sample, picture):
    """Snap every predicted label map of a sample; ``part_scores`` stay those of the pixels before.

    Where the objects are known or given, no pixel changes its object.

    Args:
        model (PartSegmentor): that decided.
        sample (SegDataSample): its label maps change.
        picture (ndarray): (H, W, 3) uint8, of their size.
    """
    object_of = np.append(model.index.object_of.cpu().numpy(), -1)
    for name in ('pred_sem_seg', 'pred_oracle_sem_seg', 'pred_obj_sem_seg'):
        if name in sample:
            labels = sample.get(name).data[0]
            before = labels.cpu().numpy()
            after = snap(before, picture)
            if name != 'pred_sem_seg':
                after = np.where(object_of[after] == object_of[before], after, before)
            labels.copy_(torch.from_numpy(after))
