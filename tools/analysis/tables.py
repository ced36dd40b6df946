"""The paper's tables from finished runs: mean and standard error beside the published numbers.

A run is a work dir of tools/train.py; it belongs to the row whose config has the same decode head,
backbone and data sets. A row joins runs of one experiment: what was run is the same but for seed, paths,
workers and logging. Runs with other settings have a row of their own, which names the settings.
Per-class numbers (Table 6) need counts.npz in it, which tools/analysis/run_table.py leaves there:
tools/test.py CONFIG CHECKPOINT --cfg-options test_evaluator.out_file=<work dir>/counts.npz
"""
import argparse
import os
import sys
from pathlib import Path

from table_options import add_table_options


def parse_args(argv=None):
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add_table_options(parser)
    parser.add_argument('--out', metavar='STEM', help='also write STEM.md and STEM.csv')
    parser.add_argument('runs', nargs='+', help='work dirs, or folders that hold several')
    return parser.parse_args(argv)


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

from mmpartseg.atomic import write_atomic
from mmpartseg.datasets.preparation import run_main
from mmpartseg.engine import config_options, read_config
from mmpartseg.evaluation.paper_tables import (
    config_path,
    doubts,
    fill,
    load_table,
    sort_runs,
    table_configs,
    with_averages,
)
from mmpartseg.evaluation.runs import find_runs
from mmpartseg.evaluation.table_texts import to_csv, to_markdown


def make_table(number, dataset, paths, out=None, options=None, averages=None):
    """Print a table, and write it to ``<out>.md`` and ``<out>.csv`` where ``out`` is given.

    ``options`` are settings of every row's config, see :func:`load_config`; ``averages`` is a kind of
    :func:`with_averages`.
    """
    table = load_table(number, dataset)
    if averages is not None:
        table = with_averages(table, averages)
    for name in table_configs(table):
        read_config(config_path(name), options or {})  # ends with a line where a setting does not fit
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
    args = parse_args(argv)
    make_table(args.table, args.dataset, args.runs, args.out, config_options(args.cfg_options),
               args.averages)


if __name__ == '__main__':
    run_main(main)
