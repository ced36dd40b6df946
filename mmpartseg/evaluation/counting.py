"""Exact pixel counts of predicted against annotated part classes (released implementation, Sec. 6).

H, W: image size; K: classes. Only pixels with a part label count; prediction K is background.
"""
from collections.abc import Sequence
from typing import Any

import torch

SIZE_BINS = ('small', 'medium', 'large')
PART_PERCENTS = 5, 25  # of its object: from there on a part is medium, and large
OBJECT_PERCENTS = 10, 25  # of the picture: squares of a third and of half of its side


def confusion_matrix(pred: torch.Tensor, target: torch.Tensor, num_classes: int,
                     ignore_index: int) -> torch.Tensor:
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
    check_same_size('prediction', pred, target)
    low, high = id_range(pred).tolist()
    check_ids('prediction', low, high, num_classes)
    target = target.long()
    ignored = target == ignore_index
    low, high = id_range(target.masked_fill(ignored, 0)).tolist()
    check_ids('annotation', low, high, num_classes - 1)
    counts = pred.new_zeros(num_classes + 1, num_classes + 1, dtype=torch.int64)
    count_pairs(pred, target.masked_fill(ignored, num_classes), counts)
    return counts[:, :-1]


def count_pairs(pred: torch.Tensor, columns: torch.Tensor, counts: torch.Tensor) -> None:
    """Count pixels into ``counts`` in place, without making an accelerator wait.

    Args:
        pred (Tensor): (H, W) row of each pixel.
        columns (Tensor): (H, W) int64 column of each pixel.
        counts (Tensor): (K+1, K+1) int64, contiguous. Ids outside it are not found here (see
            ``check_ids``); they count somewhere.
    """
    index = torch.add(columns, pred, alpha=len(counts)).flatten()
    index = index.clamp_(0, counts.numel() - 1)
    counts.view(-1).index_add_(0, index, counts.new_ones(1).expand(len(index)))


def size_counts(confusion: torch.Tensor, object_of: torch.Tensor) -> torch.Tensor:
    """Sort the counts of one image by the size of its annotated parts.

    A part's size is its share of its object's annotated area in the image: under 5 % is small, from
    25 % on large. All instances of an object in the image count as one, and its area is that of its
    annotated parts, so the bin does not depend on the scale of the image. What is predicted as a
    class belongs to the bin of that class in the image; where the class is not annotated it has no
    size and counts in no bin.

    Args:
        confusion (Tensor): (..., K+1, K) int64 counts of one image.
        object_of (Tensor): (K,) int64 index of each class's object.

    Returns:
        Tensor: (..., 3, 3, K) int64: for each of ``SIZE_BINS`` the hit, the annotated and the
        predicted pixels of each class.
    """
    annotated = confusion.sum(-2)
    return _in_bins(confusion, annotated, _of_objects(annotated, object_of), PART_PERCENTS)


def object_size_counts(confusion: torch.Tensor, object_of: torch.Tensor, pixels: int) -> torch.Tensor:
    """Sort the counts of one image by the size of the objects that its parts belong to.

    An object's size is the share of the image that its annotated parts take: under 10 % is small, from 25 %
    on large. Its instances count as one. Else as :func:`size_counts`.

    Args:
        confusion (Tensor): (..., K+1, K) int64 counts of one image.
        object_of (Tensor): (K,) int64 index of each class's object.
        pixels (int): of the image.

    Returns:
        Tensor: (..., 3, 3, K) int64, as of :func:`size_counts`.
    """
    return _in_bins(confusion, _of_objects(confusion.sum(-2), object_of), pixels, OBJECT_PERCENTS)


def _of_objects(annotated: torch.Tensor, object_of: torch.Tensor) -> torch.Tensor:
    """(..., K): the annotated pixels of each class's object."""
    total = torch.zeros_like(annotated).index_add_(-1, object_of, annotated)
    return total.index_select(-1, object_of)


def _in_bins(confusion: torch.Tensor, size: torch.Tensor, whole: torch.Tensor | int,
             percents: Sequence[float]) -> torch.Tensor:
    """(..., 3, 3, K): the counts in the bin of each class, whose size (..., K) is a share of a whole."""
    hits = confusion.diagonal(dim1=-2, dim2=-1)
    annotated, predicted = confusion.sum(-2), confusion[..., :-1, :].sum(-1)
    bin_of = torch.stack([100 * size >= percent * whole for percent in percents]).sum(0)
    bins = torch.arange(len(SIZE_BINS), device=size.device)[:, None]
    in_bin = (bin_of[..., None, :] == bins) & (annotated[..., None, :] > 0)
    return torch.stack([hits, annotated, predicted], -2)[..., None, :, :] * in_bin[..., None, :]


def id_range(labels: torch.Tensor) -> torch.Tensor:
    """Smallest and largest id of a map, as one (2,) tensor on its device."""
    return torch.stack(labels.aminmax())


def check_same_size(source: str, pred: torch.Tensor, target: torch.Tensor) -> None:
    """Raise ValueError, naming ``source``, unless both maps are (H, W), of one size, not empty."""
    if pred.shape != target.shape or pred.dim() != 2 or pred.numel() == 0:
        raise ValueError(
            f'{source} is {tuple(pred.shape)} and the annotation {tuple(target.shape)}; both must '
            'be (H, W) of one size, that of the image')


def check_ids(source: str, low: int, high: int, largest: int) -> None:
    """Raise ValueError, naming ``source``, unless ``low`` to ``high`` lie in 0 to ``largest``."""
    if low < 0 or high > largest:
        raise ValueError(
            f'{source} has ids from {low} to {high}; expected 0 to {largest}. Model, data set and '
            'metric must have the same class list and ignore index')


def label_map_of(source: str, sample: dict[str, Any], key: str) -> torch.Tensor:
    """The (H, W) int64 map of a sample; KeyError, naming ``source``, where it has none."""
    if key not in sample:
        raise KeyError(f'{source}: the sample has no {key}; it has {sorted(sample)}')
    return torch.as_tensor(sample[key]['data']).squeeze(0).long()
