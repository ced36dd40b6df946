"""Pictures of per-class numbers that stay readable at hundreds of classes."""
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from matplotlib.patches import Patch

ROWS = 60  # classes in a column of bars
ROW_HEIGHT, COLUMN_WIDTH, CELL = 0.17, 4.6, 0.115  # inches
LEAST_WIDTH = 7.2  # inches: room for a heading, and a legend of three columns
LABEL_SIZE = 7
SEEN, UNSEEN, ABSENT, NEUTRAL = '#4477aa', '#ee6677', '#999999', '#444444'
STACKED = ('#228833', '#ccbb44', '#66ccee', '#aa3377', '#cccccc')


def bars(title: str, names: Sequence[str], series: dict[str, np.ndarray], colors: Sequence[str] | None = None,
         label_colors: Sequence[str] | None = None, marks: Sequence[tuple] = ()) -> Figure:
    """Horizontal bars in percent, several columns of them, from the top left down.

    Args:
        title (str): heading.
        names (Sequence[str]): of the n rows.
        series (dict[str, ndarray]): (n,) each; several are stacked. nan draws nothing.
        colors (Sequence[str], optional): of each row's bar, instead of one for each series.
        label_colors (Sequence[str], optional): of the names.
        marks (Sequence[tuple]): ``(label, marker, (n,) values)`` drawn over the bars.

    Returns:
        Figure: the picture.
    """
    columns = -(-len(names) // ROWS)
    rows = -(-len(names) // columns)
    width = max(LEAST_WIDTH, COLUMN_WIDTH * columns)
    figure = Figure(figsize=(width, ROW_HEIGHT * rows + 1.8), layout='constrained')
    for column, axes in enumerate(figure.subplots(1, columns, squeeze=False)[0]):
        part = slice(column * rows, (column + 1) * rows)
        _bar_column(axes, names[part], {k: v[part] for k, v in series.items()}, rows,
                    colors and colors[part])
        for label, marker, values in marks:
            axes.plot(values[part], np.arange(len(values[part])), marker, color='black',
                      markersize=3, label=label)
        for text, color in zip(axes.get_yticklabels(), label_colors[part] if label_colors else ()):
            text.set_color(color)
    figure.suptitle(title, fontsize=11)
    return figure


def _bar_column(axes, names, series, rows, colors):
    left = np.zeros(len(names))
    for color, (label, values) in zip(STACKED, series.items()):
        values = np.nan_to_num(values)
        axes.barh(np.arange(len(names)), values, 0.75, left, color=colors or color, label=label)
        left = left + values
    axes.set_yticks(np.arange(len(names)), names, fontsize=LABEL_SIZE)
    axes.set(ylim=(rows - 0.4, -0.6), xlim=(0, 100), xlabel='%')
    axes.tick_params(axis='x', labelsize=LABEL_SIZE)
    axes.grid(axis='x', linewidth=0.4)
    axes.set_axisbelow(True)


def add_legend(figure: Figure, entries: Iterable[tuple] = (), loc: Any = 'outside lower center') -> None:
    """A legend of colours ``(label, colour)``, and of what the bars state."""
    drawn = zip(*figure.axes[0].get_legend_handles_labels())
    shown = [(h, label) for h, label in drawn if label not in ('', 'IoU')]
    handles: list = [Patch(color=color, label=label) for label, color in entries] + [h for h, _ in shown]
    figure.legend(handles=handles, loc=loc, ncols=3, fontsize=8, frameon=False)


def heat_map(title: str, names: Sequence[str], shares: np.ndarray, borders: Sequence[int] | np.ndarray,
             label_colors: Sequence[str]) -> Figure:
    """A square map of percentages, each row an annotated class, each column a predicted one.

    Args:
        title (str): heading.
        names (Sequence[str]): of the n classes; the last column is background.
        shares (ndarray): (n, n + 1) percent, nan in the rows of absent classes.
        borders (Sequence[int]): where a line separates classes, in 1…n - 1.
        label_colors (Sequence[str]): of the n names.

    Returns:
        Figure: the picture.
    """
    side = max(6, CELL * len(names))
    width, height, margin = side + 3, side + 2.2, 1.6
    figure = Figure(figsize=(width, height))  # placed by hand: laying out 500 labels takes long
    axes = figure.add_axes((margin / width, margin / height, side / width, side / height))
    colors = colormaps['afmhot_r'].with_extremes(bad='#dddddd')
    image = axes.imshow(shares, cmap=colors, norm=PowerNorm(0.5, 0, 100),  # shows a few percent
                        interpolation='nearest', aspect='auto')
    axes.set_xticks(range(len(names) + 1), [*names, 'background'], rotation=90, fontsize=5)
    axes.set_yticks(range(len(names)), names, fontsize=5)
    for labels in (axes.get_xticklabels(), axes.get_yticklabels()):
        for text, color in zip(labels, label_colors):
            text.set_color(color)
    axes.set(xlabel='predicted', ylabel='annotated')
    for border in borders:
        axes.axhline(border - 0.5, color='grey', linewidth=0.4)
        axes.axvline(border - 0.5, color='grey', linewidth=0.4)
    axes.axvline(len(names) - 0.5, color='black', linewidth=0.8)
    beside = figure.add_axes(((margin + side + 0.3) / width, 0.5, 0.2 / width, 0.3))
    figure.colorbar(image, cax=beside, label='% of the annotated pixels')
    axes.set_title(title, fontsize=11)
    return figure


def grouped_bars(title: str, groups: Sequence[str], series: dict[str, Sequence[float]],
                 colors: Sequence[str]) -> Figure:
    """A few groups of upright bars with their values written above.

    Args:
        title (str): heading.
        groups (Sequence[str]): names of the n groups.
        series (dict[str, Sequence[float]]): n values each, nan where undefined.
        colors (Sequence[str]): of the series.

    Returns:
        Figure: the picture.
    """
    figure = Figure(figsize=(6, 4), layout='constrained')
    axes = figure.subplots()
    width = 0.8 / len(series)
    for index, (label, values) in enumerate(series.items()):
        x = np.arange(len(groups)) + (index - (len(series) - 1) / 2) * width
        drawn = axes.bar(x, np.nan_to_num(values), width, label=label, color=colors[index])
        axes.bar_label(drawn, ['-' if np.isnan(v) else f'{v:.1f}' for v in values], fontsize=8)
    axes.set_xticks(range(len(groups)), groups)
    axes.set(ylabel='mean IoU (%)', title=title)
    axes.legend(frameon=False)
    return figure
