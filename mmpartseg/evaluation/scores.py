"""Scores from counts, in percent: IoU, recall and their means (paper, Sec. 4; NumPy, float64).

Counts are (K+1, K) int64, prediction by annotation, background (K) last. A class without an
annotated pixel has the score nan and is left out of every mean; a mean over no class is nan.

The released implementation agrees on the IoU and recall of annotated classes and on Seen, Unseen
and Harmonic of both. Where it differs, as comparing with its output shows:

- A class that is absent but predicted has IoU 0 there, not nan; its Seen and Unseen skip it all
  the same.
- Its overall mIoU of Pred-All divides the sum over annotated classes by the number of classes
  that are annotated or predicted, plus one for background. Here a mean divides by what it adds up.
- It counts unlabelled pixels as annotated background, once for every (image, object) run. That
  enters no score of a part class, and here no count.
- Its Boundary IoU takes differences of ids for boundaries (``boundary.released_boundary_map``) and
  counts absent but predicted classes as 0; Unseen of Pred-All includes background, and
  Oracle-Obj drops the row and column of background first. Here it is the Boundary IoU of
  Cheng et al., averaged as every other score.
"""
from typing import Any

import numpy as np


def class_iou(counts: np.ndarray) -> np.ndarray:
    """IoU of each class, TP / (GT + Pred - TP), from counts over the whole data set.

    Args:
        counts (ndarray): (K+1, K), or (K+1, K+1) when pixels annotated as background count too.

    Returns:
        ndarray: (K,) percent, nan for a class without an annotated pixel.
    """
    hits, annotated = _hits_and_annotated(counts)
    predicted = counts[:-1].sum(axis=1)
    return _percent(hits, annotated + predicted - hits, annotated)


def class_recall(counts: np.ndarray) -> np.ndarray:
    """Share of each class's annotated pixels that are predicted as that class; as class_iou."""
    hits, annotated = _hits_and_annotated(counts)
    return _percent(hits, annotated, annotated)


def class_background(counts: np.ndarray) -> np.ndarray:
    """Share of each class's annotated pixels that are predicted as background; as class_iou."""
    _, annotated = _hits_and_annotated(counts)
    return _percent(counts[-1, :len(annotated)], annotated, annotated)


def size_binned_iou(counts: np.ndarray) -> np.ndarray:
    """IoU of each class over the images in which its region is small, medium or large.

    Args:
        counts (ndarray): (3, 3, K), see ``counting.size_counts`` and ``object_size_counts``.

    Returns:
        ndarray: (3, K) percent, in the order of ``SIZE_BINS``; nan where no region has that size.
    """
    hits, annotated, predicted = counts.swapaxes(0, 1)
    return _percent(hits, annotated + predicted - hits, annotated)


def found_only(values: np.ndarray) -> np.ndarray:
    """Values without the classes that score 0: nan there too, so that means leave them out.

    PartCATSeg's evaluator averages so. A class that is missed altogether raises Seen and Unseen then, so
    these means do not compare with the usual ones.

    Args:
        values (ndarray): (K,) percent, nan for absent classes.
    """
    return np.where(values > 0, values, np.nan)


def predicted_too(values: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Values in which a class that is predicted but never annotated is 0, not nan: means count it then.

    OV-PARTS' evaluator averages so: the sum over annotated classes by the number of classes that are
    annotated or predicted. These means are never higher than the usual ones.

    Args:
        values (ndarray): (K,) percent, nan for absent classes.
        counts (ndarray): (K+1, K), those of the values.

    Example:
        >>> import numpy as np
        >>> counts = np.array([[3, 0, 0], [1, 0, 0], [0, 0, 0], [0, 0, 0]])  # of three classes, two predicted
        >>> predicted_too(class_iou(counts), counts).tolist()
        [75.0, 0.0, nan]
    """
    return np.where(np.isnan(values) & (counts[:-1].sum(axis=1) > 0), 0, values)


def harmonic_mean(seen: float, unseen: float) -> float:
    """2SU / (S + U); nan when either is undefined, 0 when both are 0."""
    total = seen + unseen
    return 2 * seen * unseen / total if total != 0 else 0.0


def mean_scores(values: np.ndarray, is_seen: Any) -> dict[str, float]:
    """Means of per-class values over the seen, the unseen, and all annotated classes.

    Args:
        values (ndarray): (K,) percent, nan for absent classes.
        is_seen (Sequence[bool]): length K.

    Returns:
        dict[str, float]: ``seen``, ``unseen``, their ``harmonic`` mean, and ``mean`` over all.
    """
    is_seen = np.asarray(is_seen, dtype=bool)
    seen, unseen = defined_mean(values[is_seen]), defined_mean(values[~is_seen])
    return {'seen': seen, 'unseen': unseen, 'harmonic': harmonic_mean(seen, unseen),
            'mean': defined_mean(values)}


def defined_mean(values: np.ndarray) -> float:
    """Mean of the values that are not nan, nan when there is none."""
    defined = values[~np.isnan(values)]
    return float(defined.mean()) if defined.size else float('nan')


def _hits_and_annotated(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    num_classes = len(counts) - 1
    return np.diagonal(counts)[:num_classes], counts.sum(axis=0)[:num_classes]


def _percent(part: Any, whole: Any, annotated: Any) -> Any:
    return np.where(annotated > 0, 100 * (part / np.maximum(whole, 1)), np.nan)
