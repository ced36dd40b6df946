"""A table of the paper, filled by :func:`mmpartseg.evaluation.paper_tables.fill`, as Markdown and CSV."""
import csv
import io
import math
from typing import Any

PUBLISHED, RUNS = ('paper', 'its paper'), 'runs'  # what a note can be about


def to_markdown(table: dict[str, Any], sections: list[tuple]) -> str:
    """The table as Markdown: ``mean ± error`` in percent; notes below it."""
    lines = [f"**{table['title']}**", '']
    for heading, columns, rows in sections:
        if heading:
            lines += [heading, '']
        lines += [_markdown_line([*table['labels'], 'Source', *columns]),
                  _markdown_line(['---'] * (len(table['labels']) + 1) + ['---:'] * len(columns))]
        lines += [_markdown_line([*labels, source, *map(_cell, pairs)])
                  for labels, source, pairs in rows]
        lines.append('')
    for methods, source, note in table['notes']:
        lines += [f'{", ".join(methods)} (source: {source}): {note}.', '']
    return '\n'.join(lines)


def _markdown_line(cells):
    return '| ' + ' | '.join(cells) + ' |'


def _cell(pair):
    mean, error = pair
    if math.isnan(mean):
        return '-'
    return f'{mean:.2f}' if math.isnan(error) else f'{mean:.2f} ± {error:.2f}'


def to_csv(table: dict[str, Any], sections: list[tuple]) -> str:
    """The table with one line for each number: section, labels, source, column, mean, error, note."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator='\n')
    writer.writerow(['Section', *table['labels'], 'Source', 'Column', 'Mean', 'Standard error',
                     'Note'])
    for heading, columns, rows in sections:
        for labels, source, pairs in rows:
            for column, pair in zip(columns, pairs):
                numbers = ['' if math.isnan(value) else repr(value) for value in pair]
                note = '; '.join(note for methods, of, note in table['notes']
                                 if labels[0] in methods and of == (source if source in PUBLISHED else RUNS))
                writer.writerow([heading, *labels, source, column, *numbers, note])
    return text.getvalue()
