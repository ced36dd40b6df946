"""Runs side by side: curves of their logs, and class by class what differs."""
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ..printable import counted
from ..taxonomy import PartTaxonomy
from .charts import SEEN, UNSEEN
from .counts_file import load_counts
from .report import TITLES, class_values, protocol_scores
from .runs import COUNTS, training_log

Curve = tuple[list[int], list[float]]
SUMMARY = ('seen', 'unseen', 'harmonic', 'mIoU')
ROW_HEIGHT, NAME_WIDTH = 0.17, 0.07  # inches: of a class, of a letter in the legend
MARKERS = 'o^svDPX*'


def read_curves(folder: str | Path) -> dict[str, Curve]:
    """Steps and values of what a work dir logged: its losses, and the scores of its validations.

    Args:
        folder: of ``tools/train.py``.

    Returns:
        dict: ``loss``, each ``decode.loss_…``, ``pred_all/harmonic`` and the like -> steps and values.

    Raises:
        FileNotFoundError: there is no such folder.
    """
    if not Path(folder).is_dir():
        raise FileNotFoundError(f"there is no folder '{folder}'; give work dirs of tools/train.py")
    curves: dict[str, Curve] = {}
    for line in training_log(folder):
        for key, value in line.items():
            if 'loss' in key or key.endswith('/harmonic'):
                steps, values = curves.setdefault(key, ([], []))
                steps.append(line['step'])
                values.append(value)
    return curves


def short_names(folders: Sequence[str | Path]) -> list[str]:
    """The folders by what tells them apart: without the parts of their paths that all share.

    Raises:
        ValueError: one of them twice; names it.
    """
    parts = [Path(folder).resolve().parts for folder in folders]
    for i, each in enumerate(parts):
        if each in parts[:i]:
            raise ValueError(f'{folders[i]} is given twice; give different runs')
    shared = 0
    while len(parts) > 1 and all(len(each) > shared + 1 for each in parts) \
            and len({each[shared] for each in parts}) == 1:
        shared += 1
    return ['/'.join(each[shared:] if len(parts) > 1 else each[-1:]) for each in parts]


def curve_figure(curves: Mapping[str, Mapping[str, Curve]]) -> Figure:
    """One axes for each quantity that a run logged, one line for each run, in one colour throughout.

    Args:
        curves: of :func:`read_curves`, by name of run.

    Raises:
        ValueError: no run logged anything.
    """
    keys = sorted({key for each in curves.values() for key in each},
                  key=lambda key: (key != 'loss', not key.endswith('/harmonic'), key))
    if not keys:
        raise ValueError(f'no training was logged in {", ".join(curves)}; give work dirs of tools/train.py')
    columns = min(3, len(keys))
    rows = -(-len(keys) // columns)
    figure = Figure(figsize=(4.6 * columns, 3 * rows + 0.6), layout='constrained')
    axes = figure.subplots(rows, columns, squeeze=False).flat
    for key, each in zip(keys, axes):
        for i, curve in enumerate(curves.values()):
            if key in curve:
                each.plot(*curve[key], marker='.' if len(curve[key][0]) < 20 else None, color=colour(i))
        each.set(title=key, xlabel='iteration')
        each.grid(linewidth=0.4)
    for spare in list(axes):
        spare.set_axis_off()
    _name_runs(figure, [Line2D([], [], color=colour(i), label=name) for i, name in enumerate(curves)])
    return figure


def _name_runs(figure: Figure, handles: Sequence[Line2D]) -> None:
    """A legend below, in as many columns as the names leave room for."""
    longest = max(len(str(handle.get_label())) for handle in handles)
    columns = int(figure.get_figwidth() / (NAME_WIDTH * longest + 0.5))
    figure.legend(handles=handles, loc='outside lower center', ncols=max(1, min(3, columns)), fontsize=8,
                  frameon=False)


def colour(i: int) -> tuple[float, float, float]:
    """Of a run in every axes, whatever it logged: ten that differ, then the same ones half as bright."""
    red, green, blue = (value / (1 + i // 10) for value in to_rgb(f'C{i % 10}'))
    return red, green, blue


def read_classes(folders: Sequence[str | Path]) -> tuple[PartTaxonomy, dict[str, list[dict[str, Any]]]]:
    """IoU of every class in every run that kept its counts, by setting.

    Returns:
        tuple: their vocabulary; setting -> for each folder ``IoU`` (K,) and ``scores`` of the means.

    Raises:
        FileNotFoundError: a run without ``counts.npz``; says how to make it.
        ValueError: runs on different vocabularies.
    """
    found = []
    for folder in folders:
        path = Path(folder) / COUNTS
        if not path.is_file():
            raise FileNotFoundError(
                f'{folder} has no {COUNTS}; evaluate it with tools/test.py CONFIG CHECKPOINT --cfg-options '
                f'{shlex.quote(f"test_evaluator.out_file={path}")}')
        found.append(load_counts(path))
    taxonomy = found[0][1]
    for folder, (_, other) in zip(folders, found):
        if other.object_parts != taxonomy.object_parts:
            raise ValueError(f"{folder} was tested on {counted(len(other), 'class', 'classes')} and "
                             f'{folders[0]} on {len(taxonomy)}, or on others; compare runs on one vocabulary')
    settings: dict[str, list[dict[str, Any]]] = {}
    for protocol in TITLES:
        if all(f'{protocol}/confusion' in counts for counts, _ in found):
            values = [class_values(counts, protocol) for counts, _ in found]
            settings[protocol] = [dict(IoU=each['IoU'], scores=protocol_scores(each, taxonomy.is_seen))
                                  for each in values]
    return taxonomy, settings


def class_order(runs: Sequence[Mapping[str, Any]]) -> np.ndarray:
    """(K,) classes by how far apart the runs are, of one run by their IoU; those without an IoU last."""
    values = np.stack([each['IoU'] for each in runs])
    spread = values.max(0) - values.min(0) if len(runs) > 1 else values[0]
    return np.argsort(np.where(np.isnan(spread), np.inf, -spread), kind='stable')


def difference_figure(title: str, taxonomy: PartTaxonomy, names: Sequence[str],
                      runs: Sequence[Mapping[str, Any]], most: int = 60) -> Figure:
    """A row for each class, a mark for each run; those that differ most, of one run the best, first.

    Args:
        title: of the setting.
        taxonomy: of the K classes.
        names: of the runs.
        runs: of :func:`read_classes`.
        most: rows that are drawn; the table has them all.
    """
    order = [i for i in class_order(runs) if not np.isnan(runs[0]['IoU'][i])][:most]
    figure = Figure(figsize=(7, ROW_HEIGHT * (len(order) + len(names)) + 1.6), layout='constrained')
    axes, rows = figure.subplots(), np.arange(len(order))
    values = np.stack([each['IoU'][order] for each in runs])
    axes.hlines(rows, values.min(0), values.max(0), color='#bbbbbb')
    marks = [axes.plot(each, rows, MARKERS[i % len(MARKERS)], markersize=4, label=name, color=colour(i),
                       clip_on=False)[0] for i, (name, each) in enumerate(zip(names, values))]
    axes.set_yticks(rows, [taxonomy.object_parts[i] for i in order], fontsize=7)
    for text, i in zip(axes.get_yticklabels(), order):
        text.set_color(SEEN if taxonomy.is_seen[i] else UNSEEN)
    axes.set(xlim=(0, 100), ylim=(len(order) - 0.4, -0.6), xlabel='IoU (%)',
             title=f'{title}: {"classes that differ most" if len(runs) > 1 else "best classes"} '
                   '(blue: seen, red: unseen)')
    axes.grid(axis='x', linewidth=0.4)
    _name_runs(figure, marks)
    return figure


def difference_rows(taxonomy: PartTaxonomy, names: Sequence[str],
                    runs: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """A table: means, then every class; IoU of each run, and what each has more than the first.

    Returns:
        list: its rows, the heading first; ``-`` where there is no IoU.
    """
    first, *others = range(len(names))
    heading = ['', 'set', *names, *(f'{names[i]} − {names[first]}' for i in others)]
    rows = [[key, 'mean', *(each['scores'][key] for each in runs)] for key in SUMMARY]
    rows += [[taxonomy.object_parts[i], 'seen' if taxonomy.is_seen[i] else 'unseen',
              *(each['IoU'][i] for each in runs)] for i in class_order(runs)]
    texts = []
    for name, subset, *values in rows:
        more = [values[i] - values[first] for i in others]
        texts.append([name, subset, *map(_number, values), *(_number(value, '+') for value in more)])
    return [heading, *texts]


def _number(value: float, sign: str = '') -> str:
    return '-' if np.isnan(value) else f'{value:{sign}.2f}'
