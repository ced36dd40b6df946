"""Compare runs: curves of their training, and what differs class by class, as picture and table.

    python tools/analysis/compare.py work_dirs/clipseg/part_shapes work_dirs/partclipseg/part_shapes \\
        --out work_dirs/compared

RUN is a work dir of tools/train.py. Classes need counts.npz in it, which tools/test.py writes with
--cfg-options test_evaluator.out_file=RUN/counts.npz; without them there are curves only. Differences are
those from the first run, seen and unseen those of its test. Writes curves.png and, for each setting,
classes_<setting>.png, .md and .csv.
"""
import argparse
import csv
import io
import sys
from pathlib import Path


def parse_args(argv=None):
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('runs', nargs='+', metavar='RUN', help='work dirs of tools/train.py')
    parser.add_argument('--out', type=Path, required=True, help='folder')
    return parser.parse_args(argv)


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

from mmpartseg.atomic import write_atomic
from mmpartseg.datasets.preparation import run_main
from mmpartseg.evaluation.comparison import (
    curve_figure,
    difference_figure,
    difference_rows,
    read_classes,
    read_curves,
    short_names,
)
from mmpartseg.evaluation.report import TITLES

DPI = 150


def write_figure(figure, path):
    """A picture as PNG."""
    content = io.BytesIO()
    figure.savefig(content, format='png', dpi=DPI)
    write_atomic(path, content.getvalue())


def markdown(rows):
    """Rows as a table of Markdown."""
    heading, *body = rows
    return '\n'.join(f'| {" | ".join(row)} |' for row in [heading, ['---'] * len(heading), *body]) + '\n'


def as_csv(rows):
    """Rows as CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator='\n').writerows(rows)
    return text.getvalue()


def main(argv=None):
    """Command line."""
    args = parse_args(argv)
    names = short_names(args.runs)
    curves = {name: read_curves(run) for name, run in zip(names, args.runs)}
    silent = [run for run, each in zip(args.runs, curves.values()) if not each]
    if silent:
        print(f'without curves: no training was logged in {", ".join(silent)}', file=sys.stderr)
    if len(silent) < len(curves):
        write_figure(curve_figure(curves), args.out / 'curves.png')
    try:
        taxonomy, settings = read_classes(args.runs)
    except FileNotFoundError as error:
        if len(silent) == len(curves):
            raise
        print(f'curves only: {error}', file=sys.stderr)
        return
    for protocol, runs in settings.items():
        stem, rows = args.out / f'classes_{protocol}', difference_rows(taxonomy, names, runs)
        write_figure(difference_figure(TITLES[protocol], taxonomy, names, runs), stem.with_suffix('.png'))
        write_atomic(stem.with_suffix('.md'), markdown(rows).encode())
        write_atomic(stem.with_suffix('.csv'), as_csv(rows).encode())
        print(f'{TITLES[protocol]}\n\n{markdown(rows[:5])}')


if __name__ == '__main__':
    run_main(main)
