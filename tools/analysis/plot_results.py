"""Pictures of an evaluation, from the counts that OpenVocabPartIoU writes to its out_file.

For each setting: classes.png (IoU, recall, boundary IoU), means.png (of each object and each part),
sizes.png and object_sizes.png (by size of the part, and of its object), mix_ups.png (where the pixels of
each class go), confusion.png, and classes.csv with the numbers.
"""
import argparse
from pathlib import Path


def parse_args(argv=None):
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('counts', help='.npz file')
    parser.add_argument('--out', required=True, help='folder; each setting gets one below it')
    return parser.parse_args(argv)


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

from mmpartseg.datasets.preparation import run_main
from mmpartseg.evaluation import load_counts
from mmpartseg.evaluation.figures import plot
from mmpartseg.evaluation.report import TITLES


def main(argv=None):
    """Command line."""
    args = parse_args(argv)
    counts, taxonomy = load_counts(args.counts)
    for protocol in TITLES:
        if f'{protocol}/confusion' in counts:
            plot(counts, taxonomy, protocol, Path(args.out) / protocol)
            print(f'{TITLES[protocol]}: {Path(args.out) / protocol}')


if __name__ == '__main__':
    run_main(main)
