"""What a change gains, seed by seed: ``python tools/analysis/paired.py WITH WITHOUT``.

Both are folders of finished runs of one experiment each, as tools/analysis/run_table.py leaves them. Printed
are mean and standard error of the differences WITH - WITHOUT over the seeds that both have.
"""
import argparse


def parse_args(argv=None):
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ('with', 'without'):
        parser.add_argument(name, metavar=name.upper(), help='folder of runs of several seeds')
    return parser.parse_args(argv)


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

from mmpartseg.datasets.preparation import run_main
from mmpartseg.evaluation.paired import paired_differences
from mmpartseg.evaluation.report import TITLES
from mmpartseg.evaluation.runs import find_runs

SCORES = ('seen', 'unseen', 'harmonic')


def main(argv=None):
    """Command line."""
    first, second = (find_runs([folder])[0] for folder in vars(parse_args(argv)).values())
    keys = [f'{protocol}/{score}' for protocol in TITLES for score in SCORES]
    seeds, found = paired_differences(first, second, keys)
    print(f'seeds {seeds}')
    for key, (mean, error) in found.items():
        print(f'{key}: {mean:+.2f} ± {error:.2f}')


if __name__ == '__main__':
    run_main(main)
