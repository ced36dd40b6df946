"""mIoU over the number of objects seen in part training, from finished runs: table 7 as a curve.

Takes the folders that `tools/analysis/run_table.py --dataset part_shapes --table 7` leaves. A point is
the mean over the runs that saw as many objects, with its standard error. Runs with another difference
are left out.
"""
import argparse
import io
from pathlib import Path


def parse_args(argv=None):
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--out', required=True, type=Path, help='PNG file')
    parser.add_argument('runs', nargs='+', help='work dirs, or folders that hold several')
    return parser.parse_args(argv)


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

from matplotlib.figure import Figure

from mmpartseg.atomic import write_atomic
from mmpartseg.datasets.preparation import run_main
from mmpartseg.evaluation.paper_tables import load_table, sort_runs
from mmpartseg.evaluation.report import TITLES
from mmpartseg.evaluation.runs import find_runs, mean_and_error

SETTINGS, GROUPS = ('pred_all', 'oracle_obj'), ('seen', 'unseen')
OWN_TEXT = 'its own'  # the label of rows without the released slip
DPI = 150


def points_of(paths):
    """By number of seen objects, in ascending order: mean and error of each score, and the number of runs.

    Args:
        paths (Sequence[str]): folders of runs.

    Returns:
        dict[int, tuple[dict, int]]: of rows that have runs; scores by key such as ``'pred_all/unseen'``.
    """
    table, points = load_table(7, 'part_shapes'), {}
    by_config = sort_runs(table, find_runs(paths)[0])[0]
    for row in (row for section in table['sections'] for row in section['rows']):
        seen, text = row['labels']
        runs = by_config[row['config']][''] if text == OWN_TEXT else ()
        if runs:
            scores = {key: mean_and_error([run.scores[key] for run in runs])
                      for key in (f'{setting}/{group}' for setting in SETTINGS for group in GROUPS)}
            points[int(seen)] = scores, len(runs)
    return dict(sorted(points.items()))


def seen_figure(points):
    """A panel for each setting: curves of seen and unseen objects with standard errors."""
    figure = Figure(figsize=(9, 4), layout='constrained')
    for axes, setting in zip(figure.subplots(1, len(SETTINGS)), SETTINGS):
        for group in GROUPS:
            values, errors = zip(*(scores[f'{setting}/{group}'] for scores, _ in points.values()))
            axes.errorbar(list(points), values, yerr=errors, fmt='o-', label=group.title(), capsize=2)
        axes.set(xlabel='objects seen in part training', ylabel='mIoU (%)', title=TITLES[setting])
        axes.set_xticks(list(points))
        axes.set_ylim(bottom=0)
        axes.legend()
    return figure


def main(argv=None):
    """Command line."""
    args = parse_args(argv)
    points = points_of(args.runs)
    if not points:
        raise ValueError(f'no finished run of a row of table 7 in {args.runs}')
    content = io.BytesIO()
    seen_figure(points).savefig(content, format='png', dpi=DPI)
    write_atomic(args.out, content.getvalue())
    for seen, (scores, runs) in points.items():
        values = '; '.join(f'{TITLES[setting]} Seen / Unseen ' + ' / '.join(
            f'{scores[f"{setting}/{group}"][0]:.2f}' for group in GROUPS) for setting in SETTINGS)
        print(f'objects seen: {seen}; {values}; {runs} run{"s" * (runs > 1)}')


if __name__ == '__main__':
    run_main(main)
