"""Exact pixel counts of predicted against annotated part classes (released implementation, Sec. 6).

H, W: image size; K: classes. Only pixels with a part label count; prediction K is background.
"""
import torch

SIZE_BINS = ('small', 'medium', 'large')
MEDIUM_PERCENT, LARGE_PERCENT = 5, 25


def confusion_matrix(pred, target, num_classes, ignore_index):
    """Count the pixels of every (predicted, annotated) pair of classes.

    Args:
        pred (Tensor): (H, W) predicted ids in 0..K; K is background.
        target (Tensor): (H, W) part ids in 0..K-1, or ``ignore_index``: such pixels do not count.
        num_classes (int): K.
        ignore_index (int): marks pixels without a part label.

    Returns:
        Tensor: (K+1, K) int64 on the device of ``pred``; row = prediction (background last),
        column = annotation.

    Raises:
        ValueError: the maps differ in size, or hold an id outside these ranges.
    """
    check_same_size('the maps', pred, target)
    check_ids('the maps', id_ranges(pred, target, ignore_index).tolist(), num_classes)
    side = num_classes + 1
    index = pair_index(pred, label_columns(target, num_classes, ignore_index), side)
    counts = count_index(index, pred.new_zeros(side * side, dtype=torch.int64))
    return counts.view(side, side)[:, :-1]


def label_columns(target, num_classes, ignore_index):
    """Column of each pixel in a matrix of counts: its class, K where there is no part label."""
    labels = target.long()
    return torch.where(labels == ignore_index, num_classes, labels).clamp(0, num_classes)


def pair_index(pred, columns, side, plane=0):
    """Flat index of each pixel's (plane, prediction, annotation) in (planes, side, side) counts."""
    rows = pred.long().clamp(0, side - 1)
    return ((plane * side + rows) * side + columns).flatten()


def count_index(index, counts, step=1):
    """Add ``step`` to the flat int64 ``counts`` in place at each element of ``index``."""
    return counts.index_add_(0, index, counts.new_full((1,), step).expand(len(index)))


def size_bins(columns, object_of):
    """Size bin of each class in one image, by its share of its object's annotated area there.

    Under 5 % is small, from 25 % on large. All instances of an object in the image count as one,
    and its area is that of its annotated parts, so that the bin does not depend on image scale.

    Args:
        columns (Tensor): (H, W) int64 class ids, K where there is no part label.
        object_of (Tensor): (K+1,) int64 index of each class's object; for K an index of its own.

    Returns:
        Tensor: (K+1,) int64 index into ``SIZE_BINS``; of meaning for classes in the image only.
    """
    area = count_index(columns.flatten(), torch.zeros_like(object_of))
    object_area = torch.zeros_like(object_of).index_add_(0, object_of, area)[object_of]
    percent = 100 * area
    return ((percent >= MEDIUM_PERCENT * object_area).long()
            + (percent >= LARGE_PERCENT * object_area).long())


def id_ranges(pred, target, ignore_index):
    """(4,) int64: smallest and largest predicted id, smallest and largest annotated id."""
    labels = target.long()
    labels = torch.where(labels == ignore_index, 0, labels)
    return torch.stack([*pred.long().aminmax(), *labels.aminmax()])


def check_same_size(source, pred, target):
    """Raise ValueError, naming ``source``, unless both maps are (H, W), of one size, not empty."""
    if pred.shape != target.shape or pred.dim() != 2 or pred.numel() == 0:
        raise ValueError(
            f'{source}: the prediction is {tuple(pred.shape)} and the annotation '
            f'{tuple(target.shape)}; both must be (H, W) of one size, that of the image')


def check_ids(source, ranges, num_classes):
    """Raise ValueError, naming ``source``, when ranges of :func:`id_ranges` exceed K classes."""
    pred_low, pred_high, label_low, label_high = ranges
    if pred_low < 0 or pred_high > num_classes:
        raise ValueError(
            f'{source}: predicted ids span {pred_low}..{pred_high}, but {num_classes} classes '
            f'allow 0..{num_classes} ({num_classes} = background); model and metric must have the '
            'same class list')
    if label_low < 0 or label_high >= num_classes:
        raise ValueError(
            f'{source}: annotated ids span {label_low}..{label_high}, but {num_classes} classes '
            f'allow 0..{num_classes - 1} and the ignore index; data set and metric must have the '
            'same class list and ignore index')
