"""What a confusion matrix says beyond the mean: parts, objects, and which classes are mixed up."""
from typing import Any

import numpy as np

from ..taxonomy import PartTaxonomy


def part_means(values: np.ndarray, taxonomy: PartTaxonomy) -> np.ndarray:
    """Mean of per-class values over the objects that have each part.

    Args:
        values (ndarray): (K,) such as IoU in percent, nan for absent classes, which are left out.
        taxonomy (PartTaxonomy): of the same K classes.

    Returns:
        ndarray: (P,) in the order of ``taxonomy.parts``; nan where every class is absent.
    """
    return _group_means(values, taxonomy.part_of, len(taxonomy.parts))


def object_means(values: np.ndarray, taxonomy: PartTaxonomy) -> np.ndarray:
    """Mean of per-class values over the parts of each object: (O,), otherwise as part_means."""
    return _group_means(values, taxonomy.object_of, len(taxonomy.objects))


def same_object_confusion(counts: np.ndarray, taxonomy: PartTaxonomy) -> np.ndarray:
    """Share of each class's pixels predicted as another part of its object, as head for leg.

    Args:
        counts (ndarray): (K+1, K) prediction by annotation, background last.
        taxonomy (PartTaxonomy): of the same K classes.

    Returns:
        ndarray: (K,) percent of the annotated pixels, nan for a class without any.
    """
    return _group_confusion(counts, taxonomy.object_of)


def same_part_confusion(counts: np.ndarray, taxonomy: PartTaxonomy) -> np.ndarray:
    """Share of each class's pixels predicted as the same part of another object.

    A cat's head for a dog's head, say (paper, Fig. 2a); otherwise as same_object_confusion.
    """
    return _group_confusion(counts, taxonomy.part_of)


def _group_means(values: np.ndarray, group_of: Any, num_groups: int) -> np.ndarray:
    defined = ~np.isnan(values)
    groups = np.asarray(group_of)[defined]
    number = np.bincount(groups, minlength=num_groups)
    total = np.bincount(groups, weights=values[defined], minlength=num_groups)
    return np.where(number > 0, total / np.maximum(number, 1), np.nan)


def _group_confusion(counts: np.ndarray, group_of: Any) -> np.ndarray:
    group_of = np.asarray(group_of)
    related = group_of[:, None] == group_of[None]
    np.fill_diagonal(related, False)
    annotated = counts.sum(axis=0)
    mixed = np.where(related, counts[:-1], 0).sum(axis=0)
    return np.where(annotated > 0, 100 * mixed / np.maximum(annotated, 1), np.nan)
