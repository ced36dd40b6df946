"""What a method finds against what it costs: Harmonic over seconds, from finished runs.

Takes the folders that tools/analysis/run_table.py leaves, and the rows of the same table. Each method is
a point, mean and standard error over its runs, in Pred-All and in Oracle-Obj. Seconds are those of mmengine's
logs: of a whole training (with the run that it starts from, such as the prompts of ZSSeg+), or of predicting
one picture (--seconds image). They compare on one machine alone.
"""
import argparse
import io
import json
from pathlib import Path
from typing import NamedTuple

from table_options import DATASETS

AXES = dict(training='seconds of training', image='seconds per picture')


def parse_args(argv=None):
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--table', type=int, choices=range(1, 4), default=1)
    parser.add_argument('--dataset', choices=DATASETS, default='part_shapes')
    parser.add_argument('--seconds', choices=list(AXES), default='training')
    parser.add_argument('--out', required=True, help='PNG file')
    parser.add_argument('runs', nargs='+', help='work dirs, or folders that hold several')
    return parser.parse_args(argv)


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from mmpartseg.atomic import write_atomic
from mmpartseg.datasets.preparation import run_main
from mmpartseg.evaluation.experiment import kind
from mmpartseg.evaluation.paper_tables import load_config, load_table, sort_runs, stages_before
from mmpartseg.evaluation.report import TITLES
from mmpartseg.evaluation.runs import dumped_config, find_runs, mean_and_error

SETTINGS = ('pred_all', 'oracle_obj')
DPI = 150


class Point(NamedTuple):
    """A row of the table: its labels, and mean and error of seconds and of Harmonic by setting."""
    name: str
    seconds: tuple
    harmonic: dict
    runs: int


def log_entries(folder, pattern):
    """The lines of mmengine's JSON logs below a work dir, oldest first."""
    lines = (line for path in sorted(Path(folder).glob(pattern)) for line in path.read_text().splitlines())
    return [json.loads(line) for line in lines if line.endswith('}')]  # a kill may cut one off


def training_seconds(folder):
    """Of all iterations of a run; each logged time stands for those since the one before.

    Raises:
        ValueError: the run has no such log.
    """
    times = {entry['step']: entry['time'] for entry in log_entries(folder, '*/vis_data/scalars.json')
             if 'time' in entry and 'loss' in entry}
    if not times:
        raise ValueError(f'{folder} has no times of training in its log (*/vis_data/scalars.json)')
    steps = sorted(times)
    return sum(times[step] * (step - before) for before, step in zip([0, *steps], steps))


def image_seconds(folder):
    """Of predicting one picture, in the last test of a run.

    Raises:
        ValueError: the run has no such log.
    """
    tests = [entry['time'] for entry in log_entries(folder, '*/*.json')
             if 'pred_all/mIoU' in entry and 'time' in entry]
    if not tests:
        raise ValueError(f'{folder} has no time of a test in its log (*/*.json); tools/test.py writes it')
    return tests[-1] / dumped_config(folder).test_dataloader.batch_size


def seconds_before(config, runs, unfinished):
    """Training seconds of what the runs of a config start from, by seed; 0 where that is nothing.

    Raises:
        ValueError: a run's first stage is not among the folders.
    """
    first = stages_before().get(config)
    if first is None:
        return {run.seed: 0 for run in runs}
    wanted, found = kind(load_config(first)), {}
    for folder in unfinished:  # it has no scores
        cfg = dumped_config(folder)
        if cfg is not None and kind(cfg) == wanted:
            found[cfg.randomness.seed] = training_seconds(folder)
    missing = [run.seed for run in runs if run.seed not in found]
    if missing:
        raise ValueError(f'{config} starts from {first}, whose runs with seeds {missing} are in none of the '
                         'folders')
    return found


def points_of(table, paths, seconds='training'):
    """The rows of a table that have runs as :class:`Point`, in its order.

    Args:
        table (dict): of ``load_table``.
        paths (Sequence[str]): folders of runs.
        seconds (str): ``'training'`` or ``'image'``.
    """
    runs, unfinished = find_runs(paths)
    by_config, points = sort_runs(table, runs)[0], []
    for row in (row for section in table['sections'] for row in section['rows'] if 'config' in row):
        for changes, own in by_config[row['config']].items():
            if not own:
                continue
            if seconds == 'training':
                before = seconds_before(row['config'], own, unfinished)
                cost = [training_seconds(run.path) + before[run.seed] for run in own]
            else:
                cost = [image_seconds(run.path) for run in own]
            harmonic = {setting: mean_and_error([run.scores[f'{setting}/harmonic'] for run in own])
                        for setting in SETTINGS}
            name = row['labels'][0] + f' ({changes})' * bool(changes)
            points.append(Point(name, mean_and_error(cost), harmonic, len(own)))
    return points


def cost_figure(points, title, seconds='training'):
    """One panel for each setting, points with their names and standard errors."""
    figure = Figure(figsize=(9, 4), layout='constrained')
    for axes, setting in zip(figure.subplots(1, len(SETTINGS)), SETTINGS):
        for i, point in enumerate(points):
            (x, dx), (y, dy) = point.seconds, point.harmonic[setting]
            axes.errorbar(x, y, xerr=dx, yerr=dy, fmt='o', color=f'C{i}', label=point.name, capsize=2)
            axes.annotate(point.name, (x, y), xytext=(0, 6), textcoords='offset points', fontsize=8,
                          horizontalalignment='center')
        axes.set(xlabel=AXES[seconds], ylabel='Harmonic (%)', title=TITLES[setting], xscale='log')
        axes.margins(x=0.25)
        axes.set_ylim(0, 1.2 * max(point.harmonic[setting][0] for point in points) or 1)
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_major_formatter(lambda x, position: f'{x:,g}')
        axes.xaxis.set_minor_formatter(NullFormatter())
    figure.suptitle(title, fontsize=11)
    return figure


def main(argv=None):
    """Command line."""
    args = parse_args(argv)
    table = load_table(args.table, args.dataset)
    points = points_of(table, args.runs, args.seconds)
    if not points:
        raise ValueError(f'no finished run of a row of this table in {args.runs}')
    content = io.BytesIO()
    cost_figure(points, table['title'], args.seconds).savefig(content, format='png', dpi=DPI)
    write_atomic(args.out, content.getvalue())
    for point in points:
        scores = ', '.join(f'{TITLES[key]} {mean:.2f}' for key, (mean, _) in point.harmonic.items())
        seconds = point.seconds[0]
        print(f'{point.name}: {seconds:{",.0f" if seconds >= 1000 else ".3g"}} {AXES[args.seconds]}; '
              f'Harmonic: {scores}; {point.runs} run{"s" * (point.runs > 1)}')


if __name__ == '__main__':
    run_main(main)
