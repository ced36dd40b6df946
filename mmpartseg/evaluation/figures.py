"""Pictures and a CSV file of one evaluation, from its counts."""
import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from ..atomic import write_atomic
from ..taxonomy import PartTaxonomy
from .breakdown import DESTINATIONS, OBJECT_SIZES, class_breakdown
from .charts import ABSENT, NEUTRAL, SEEN, UNSEEN, add_legend, bars, grouped_bars, heat_map
from .confusion import object_means, part_means
from .counting import OBJECT_PERCENTS, PART_PERCENTS, SIZE_BINS
from .report import TITLES
from .scores import mean_scores

LEGEND = [('seen in training', SEEN), ('unseen', UNSEEN), ('no annotated pixel', ABSENT)]
DPI = 150
MARKS = {'recall': '|', 'boundary': '.'}
DESTINATION_TITLES = ('right', 'another part of the object', 'the part of another object',
                      'another part of another object', 'background')


def class_order(taxonomy: PartTaxonomy) -> np.ndarray:
    """(K,) classes by object, then by part: parts of an object side by side."""
    return np.lexsort((taxonomy.part_of, taxonomy.object_of))


def colors_of(is_seen: Iterable[bool], values: Iterable[float]) -> list[str]:
    """A colour for each row: seen, unseen, or without a value."""
    return [ABSENT if np.isnan(value) else SEEN if seen else UNSEEN
            for seen, value in zip(is_seen, values)]


def class_figure(title: str, taxonomy: PartTaxonomy, numbers: dict[str, np.ndarray]) -> Figure:
    """IoU of every class as a bar, recall and boundary IoU as marks."""
    order = class_order(taxonomy)
    names = [taxonomy.object_parts[i] for i in order]
    colors = colors_of(np.array(taxonomy.is_seen)[order], numbers['IoU'][order])
    marks = [(name, marker, numbers[name][order]) for name, marker in MARKS.items()
             if name in numbers]
    figure = bars(f'{title}: IoU of each class', names, {'IoU': numbers['IoU'][order]}, colors,
                  colors, marks)
    add_legend(figure, LEGEND)
    return figure


def mean_figure(title: str, taxonomy: PartTaxonomy, numbers: dict[str, np.ndarray]) -> Figure:
    """Mean IoU of each object and of each part."""
    objects = object_means(numbers['IoU'], taxonomy)
    parts = part_means(numbers['IoU'], taxonomy)
    seen = [name not in taxonomy.unseen_objects for name in taxonomy.objects]
    neutral = [ABSENT if np.isnan(value) else NEUTRAL for value in parts]
    names = [*taxonomy.objects, '', *(f'any {part}' for part in taxonomy.parts)]
    colors = [*colors_of(seen, objects), ABSENT, *neutral]
    figure = bars(f'{title}: mean IoU of objects and of parts', names,
                  {'IoU': np.concatenate([objects, [np.nan], parts])}, colors, colors)
    add_legend(figure, [*LEGEND, ('part, over all objects', NEUTRAL)])
    return figure


def mix_up_figure(title: str, taxonomy: PartTaxonomy, numbers: dict[str, np.ndarray]) -> Figure:
    """Where the annotated pixels of each class go."""
    order = class_order(taxonomy)
    series = {label: numbers[key][order] for key, label in zip(DESTINATIONS, DESTINATION_TITLES)}
    colors = colors_of(np.array(taxonomy.is_seen)[order], numbers['recall'][order])
    figure = bars(f'{title}: what the pixels of each class are predicted as',
                  [taxonomy.object_parts[i] for i in order], series, label_colors=colors)
    add_legend(figure, [(f'name: {label}', color) for label, color in LEGEND])
    return figure


def size_figure(title: str, taxonomy: PartTaxonomy, numbers: dict[str, np.ndarray]) -> Figure:
    """Mean IoU of small, medium and large parts."""
    return _bars_of_sizes(f'{title}: IoU by size of the part', taxonomy,
                          [numbers[size] for size in SIZE_BINS], PART_PERCENTS, 'object')


def object_size_figure(title: str, taxonomy: PartTaxonomy, numbers: dict[str, np.ndarray]) -> Figure:
    """Mean IoU of the parts of small, medium and large objects."""
    return _bars_of_sizes(f'{title}: IoU of parts by size of the object', taxonomy,
                          [numbers[size] for size in OBJECT_SIZES], OBJECT_PERCENTS, 'picture')


def _bars_of_sizes(title: str, taxonomy: PartTaxonomy, values: Sequence[np.ndarray],
                   percents: Sequence[float], whole: str) -> Figure:
    means = [mean_scores(each, taxonomy.is_seen) for each in values]
    groups = [f'small (< {percents[0]} % of the {whole})', 'medium', f'large (≥ {percents[1]} %)']
    return grouped_bars(title, groups, {name: [each[name] for each in means] for name in ('seen', 'unseen')},
                        (SEEN, UNSEEN))


def confusion_figure(title: str, taxonomy: PartTaxonomy, confusion: np.ndarray) -> Figure:
    """Shares of every class's pixels by prediction, parts of an object side by side."""
    order = class_order(taxonomy)
    annotated = confusion.sum(axis=0).astype(float)
    annotated[annotated == 0] = np.nan
    shares = (100 * confusion / annotated)[[*order, len(order)]][:, order].T
    objects = np.array(taxonomy.object_of)[order]
    colors = colors_of(np.array(taxonomy.is_seen)[order], annotated[order])
    figure = heat_map(f'{title}: confusion', [taxonomy.object_parts[i] for i in order], shares,
                      np.flatnonzero(np.diff(objects)) + 1, colors)
    add_legend(figure, [(f'name: {label}', color) for label, color in LEGEND], 'upper left')
    return figure


def class_csv(taxonomy: PartTaxonomy, numbers: dict[str, np.ndarray]) -> str:
    """The numbers of every class, in the order of ids."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator='\n')
    writer.writerow(['class', 'set', *numbers])
    for i, name in enumerate(taxonomy.object_parts):
        values = ['' if np.isnan(each[i]) else repr(float(each[i])) for each in numbers.values()]
        writer.writerow([name, 'seen' if taxonomy.is_seen[i] else 'unseen', *values])
    return text.getvalue()


def plot(counts: dict[str, np.ndarray], taxonomy: PartTaxonomy, protocol: str, out: str | Path) -> None:
    """Draw one setting into the folder ``out``."""
    title, numbers = TITLES[protocol], class_breakdown(counts, taxonomy, protocol)
    figures = {
        'classes': class_figure(title, taxonomy, numbers),
        'means': mean_figure(title, taxonomy, numbers),
        'sizes': size_figure(title, taxonomy, numbers),
        'mix_ups': mix_up_figure(title, taxonomy, numbers),
        'confusion': confusion_figure(title, taxonomy, counts[f'{protocol}/confusion'])}
    if OBJECT_SIZES[0] in numbers:
        figures['object_sizes'] = object_size_figure(title, taxonomy, numbers)
    for name, figure in figures.items():
        content = io.BytesIO()
        figure.savefig(content, format='png', dpi=DPI)
        write_atomic(Path(out) / f'{name}.png', content.getvalue())
    write_atomic(Path(out) / 'classes.csv', class_csv(taxonomy, numbers).encode())
