"""Print the scores of the last evaluation in a work dir: ``python tools/analysis/summary.py DIR``."""
import argparse


def parse_args():
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('work_dir', help='of tools/test.py or tools/train.py')
    return parser.parse_args()


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

from mmpartseg.evaluation.report import summary_table
from mmpartseg.evaluation.runs import last_scores


def main():
    print(summary_table(last_scores(parse_args().work_dir)))


if __name__ == '__main__':
    main()
