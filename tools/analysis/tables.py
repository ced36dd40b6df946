"""The paper's tables from finished runs: mean and standard error beside the published numbers.

A run is a work dir of tools/train.py; it belongs to the row whose config has the same decode head,
backbone and data sets. A row joins runs of one experiment: what was run is the same but for seed, paths,
workers and logging. Runs with other settings have a row of their own, which names the settings.
Per-class numbers (Table 6) need counts.npz in it, which tools/analysis/run_table.py leaves there:
tools/test.py CONFIG CHECKPOINT --cfg-options test_evaluator.out_file=<work dir>/counts.npz
"""
import argparse
import csv
import io
import json
import math
import os
import sys
from pathlib import Path

from mmpartseg.atomic import write_atomic
from mmpartseg.datasets.preparation import run_main
from mmpartseg.engine import add_cfg_options, read_config
from mmpartseg.evaluation.experiment import differences, experiment, kind
from mmpartseg.evaluation.runs import find_runs, mean_and_error

ROOT = Path(__file__).parents[2]
TABLES = Path(__file__).with_name('paper_tables.json')
DATASETS = ('paper', 'part_shapes')


def load_table(number, dataset='paper'):
    """The description of a table: ``title``, ``labels``, and ``sections`` of columns and rows.

    ``notes`` says by method which of the paper's own numbers are from another setting. Numbers above 6
    are not the paper's.

    Raises:
        ValueError: there is no such table; names those there are.
    """
    content = json.loads(TABLES.read_text())
    if str(number) not in content[dataset]:
        raise ValueError(f"'{dataset}' has no table {number}, only {', '.join(content[dataset])}")
    table = content[dataset][str(number)]
    if isinstance(table, str):
        table = content[dataset][table]
    for section in table['sections']:
        if 'classes' in section:
            section['columns'] = [[name, f'class/{name}'] for name in section['classes']]
        else:
            section['columns'] = content['columns'][section['columns']]
    table['notes'] = {method: content['notes'][note] for note, methods in table.get('notes', {}).items()
                      for method in methods}
    return table


def config_path(name):
    """The config file of a row."""
    return ROOT / 'configs' / f'{name}.py'


def load_config(name, options=None):
    """The config of a row, with settings of ``--cfg-options`` by dotted key."""
    return read_config(config_path(name), options or {})


def table_configs(table):
    """The configs of a table's rows, each once."""
    return list(dict.fromkeys(row['config'] for section in table['sections']
                              for row in section['rows'] if 'config' in row))


def sort_runs(table, runs, options=None):
    """Which runs belong to which config of a table.

    Args:
        table (dict): of :func:`load_table`.
        runs (list[Run]): finished runs.
        options (dict, optional): settings of every row, see :func:`load_config`.

    Returns:
        tuple[dict[str, dict[str, list[Run]]], list[Run]]: by config, and there by the settings that
        differ from it, first ``''`` for none; and the runs of no row.
    """
    configs = {name: load_config(name, options) for name in table_configs(table)}
    row_of = {kind(cfg): name for name, cfg in configs.items()}
    planned = {name: experiment(cfg) for name, cfg in configs.items()}
    sorted_runs, others = {name: {'': []} for name in configs}, []
    for run in runs:
        name = row_of.get(run.kind)
        if name is None:
            others.append(run)
        else:
            changes = ', '.join(f'{key}={value}' for key, value, _ in
                                differences(run.experiment, planned[name]))
            sorted_runs[name].setdefault(changes, []).append(run)
    return sorted_runs, others


def doubts(sorted_runs):
    """What a reader of the table should know about its runs: a line for each."""
    lines = []
    for runs in (runs for groups in sorted_runs.values() for runs in groups.values()):
        first = {}
        for run in runs:
            other = first.setdefault(run.seed, run.path)
            if other != run.path:
                lines.append(f'the same seed ({run.seed}) twice, so the standard error is too '
                             f'small: {other}, {run.path}')
    return lines


def fill(table, sorted_runs):
    """The lines of a table.

    Returns:
        list[tuple]: ``(heading, column names, lines)`` of each section; a line is its labels, its
        source, and ``(mean, error)`` for each column, nan where there is none.

    Raises:
        ValueError: names a run without a score that the table shows.
    """
    sections = []
    for section in table['sections']:
        lines = []
        for row in section['rows']:
            if 'paper' in row:
                pairs = [value if isinstance(value, list) else (value, math.nan)
                         for value in row['paper']]
                lines.append((row['labels'], 'paper', [tuple(pair) for pair in pairs]))
            if 'config' in row:
                lines += [_measured(row, section['columns'], runs, changes)
                          for changes, runs in sorted_runs[row['config']].items()]
        sections.append((section.get('heading', ''), [n for n, _ in section['columns']], lines))
    return sections


def _measured(row, columns, runs, changes):
    if not runs:
        return row['labels'], 'no runs', [(math.nan, math.nan)] * len(columns)
    prefix = f"{row['setting']}/" if 'setting' in row else ''
    source = f'{len(runs)} run{"s" if len(runs) > 1 else ""}' + f' with {changes}' * bool(changes)
    return row['labels'], source, [
        mean_and_error([_score(run, prefix + key) for run in runs]) for _, key in columns]


def _score(run, key):
    if key not in run.scores:
        raise ValueError(f"the run {run.path} has no score '{key}'; evaluate it with "
                         'tools/test.py CONFIG CHECKPOINT '
                         f'--cfg-options test_evaluator.out_file={run.path}/counts.npz')
    return run.scores[key]


def to_markdown(table, sections):
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
    for note in dict.fromkeys(table['notes'].values()):
        methods = [method for method, text in table['notes'].items() if text == note]
        lines += [f'{", ".join(methods)} (source: paper): {note}.', '']
    return '\n'.join(lines)


def _markdown_line(cells):
    return '| ' + ' | '.join(cells) + ' |'


def _cell(pair):
    mean, error = pair
    if math.isnan(mean):
        return '-'
    return f'{mean:.2f}' if math.isnan(error) else f'{mean:.2f} ± {error:.2f}'


def to_csv(table, sections):
    """The table with one line for each number: section, labels, source, column, mean, error, note."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator='\n')
    writer.writerow(['Section', *table['labels'], 'Source', 'Column', 'Mean', 'Standard error',
                     'Note'])
    for heading, columns, rows in sections:
        for labels, source, pairs in rows:
            for column, pair in zip(columns, pairs):
                numbers = ['' if math.isnan(value) else repr(value) for value in pair]
                note = table['notes'].get(labels[0], '') if source == 'paper' else ''
                writer.writerow([heading, *labels, source, column, *numbers, note])
    return text.getvalue()


def make_table(number, dataset, paths, out=None, options=None):
    """Print a table, and write it to ``<out>.md`` and ``<out>.csv`` where ``out`` is given.

    ``options`` are settings of every row's config, see :func:`load_config`.
    """
    table = load_table(number, dataset)
    if options:
        table['title'] += ', with ' + ', '.join(f'{key}={value}' for key, value in options.items())
    runs, unfinished = find_runs(paths)
    sorted_runs, others = sort_runs(table, runs, options)
    sections = fill(table, sorted_runs)
    text = to_markdown(table, sections)
    print(text)
    for path in unfinished:
        print(f'not finished: {path}', file=sys.stderr)
    for run in others:
        print(f'not in this table: {run.path}', file=sys.stderr)
    for line in doubts(sorted_runs):
        print(line, file=sys.stderr)
    if out is not None:
        for suffix, content in (('.md', text), ('.csv', to_csv(table, sections))):
            write_atomic(Path(f'{os.fspath(out)}{suffix}'), content.encode())


def main(argv=None):
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--table', type=int, choices=range(1, 8), required=True)
    parser.add_argument('--dataset', choices=DATASETS, default='paper',
                        help="the paper's benchmarks, or PartShapes in their place")
    parser.add_argument('--out', metavar='STEM', help='also write STEM.md and STEM.csv')
    add_cfg_options(parser)
    parser.add_argument('runs', nargs='+', help='work dirs, or folders that hold several')
    args = parser.parse_args(argv)
    make_table(args.table, args.dataset, args.runs, args.out, args.cfg_options)


if __name__ == '__main__':
    run_main(main)
