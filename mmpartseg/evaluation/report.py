"""What the metric returns and prints: scores of one setting by key, and two tables."""
import math
from collections.abc import Iterable, Sequence

import numpy as np
from prettytable import PrettyTable

from ..taxonomy import PartTaxonomy
from .scores import class_iou, class_recall, found_only, mean_scores, predicted_too

TITLES = {'pred_all': 'Pred-All', 'oracle_obj': 'Oracle-Obj', 'pred_obj': 'Pred-Obj'}
PREFIX_OF = {'IoU': '', 'recall': 'recall_', 'boundary': 'boundary_', 'found': 'found_',
             'predicted': 'predicted_'}
# means of other evaluators, beside the usual ones: what they are over
AVERAGES = {'found': 'classes with IoU > 0 only', 'predicted': 'classes predicted but not annotated as 0'}


def class_values(counts: dict[str, np.ndarray], protocol: str,
                 averages: Iterable[str] = ()) -> dict[str, np.ndarray]:
    """Per-class scores of one setting.

    Args:
        counts (dict[str, ndarray]): see ``RunningCounts.reduce``.
        protocol (str): one of ``TITLES``.
        averages (Iterable[str]): of ``AVERAGES``, what to add: ``found``, see :func:`found_only`, and
            ``predicted``, see :func:`predicted_too`.

    Returns:
        dict[str, ndarray]: ``IoU``, ``recall`` and, if counted, ``boundary``: (K,) percent.
    """
    confusion = counts[f'{protocol}/confusion']
    values = {'IoU': class_iou(confusion), 'recall': class_recall(confusion)}
    if f'{protocol}/boundary_confusion' in counts:
        values['boundary'] = class_iou(counts[f'{protocol}/boundary_confusion'])
    if 'found' in averages:
        values['found'] = found_only(values['IoU'])
    if 'predicted' in averages:
        values['predicted'] = predicted_too(values['IoU'], confusion)
    return values


def protocol_scores(values: dict[str, np.ndarray], is_seen: Sequence[bool] | np.ndarray) -> dict[str, float]:
    """Means of :func:`class_values` by the metric's keys, and how many classes were averaged."""
    scores = {}
    for name, each in values.items():
        means = mean_scores(each, is_seen)
        means['mIoU' if name == 'IoU' else 'mean'] = means.pop('mean')
        scores.update({f'{PREFIX_OF[name]}{key}': score for key, score in means.items()})
    is_seen = np.asarray(is_seen)
    for name in ('IoU', *AVERAGES):
        if name in values:
            prefix, present = PREFIX_OF[name], ~np.isnan(values[name])
            # floats, as all other scores: integers of NumPy do not reach mmengine's JSON log
            scores.update({f'{prefix}num_classes_seen': float((present & is_seen).sum()),
                           f'{prefix}num_classes_unseen': float((present & ~is_seen).sum())})
    return scores


def class_table(taxonomy: PartTaxonomy, columns: dict[str, np.ndarray], pixels: np.ndarray) -> str:
    """One line for each class; '-' where a class has no annotated pixel.

    Args:
        taxonomy (PartTaxonomy): the K classes.
        columns (dict[str, ndarray]): heading -> (K,) percent, nan where undefined.
        pixels (ndarray): (K,) annotated pixels.

    Returns:
        str: the table.
    """
    table = PrettyTable(['class', 'set', *columns, 'pixels'], align='r')
    table.align['class'] = table.align['set'] = 'l'
    sets = ['seen' if seen else 'unseen' for seen in taxonomy.is_seen]
    for name, subset, count, *values in zip(taxonomy.object_parts, sets, pixels, *columns.values()):
        table.add_row([name, subset, *map(_number, values), int(count)])
    return table.get_string()


def summary_table(metrics: dict[str, float]) -> str:
    """Seen, Unseen, Harmonic and mIoU of each setting, as printed at the end of an evaluation.

    Args:
        metrics (dict[str, float]): what ``OpenVocabPartIoU`` returns.

    Returns:
        str: the table, with one line for each setting in ``metrics``, and one more for each of
        ``AVERAGES`` that is there.
    """
    table = PrettyTable(['setting', 'Seen', 'Unseen', 'Harmonic', 'mIoU', 'classes'], align='r')
    table.align['setting'] = 'l'
    for name, title in TITLES.items():
        others = [(PREFIX_OF[kind], 'mean', f', {what}') for kind, what in AVERAGES.items()]
        for prefix, mean, what in (('', 'mIoU', ''), *others):
            if f'{name}/{prefix}{mean}' in metrics:
                scores = [metrics[f'{name}/{prefix}{key}'] for key in ('seen', 'unseen', 'harmonic', mean)]
                number = [metrics[f'{name}/{prefix}num_classes_{key}'] for key in ('seen', 'unseen')]
                table.add_row([title + what, *map(_number, scores), '{:.0f} + {:.0f}'.format(*number)])
    return table.get_string()


def _number(value: float) -> str:
    return '-' if math.isnan(value) else f'{value:.2f}'
