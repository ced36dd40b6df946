"""Print the scores of the last evaluation in a work dir: ``python tools/analysis/summary.py DIR``."""
import argparse

from mmpartseg.evaluation.report import summary_table
from mmpartseg.evaluation.runs import last_scores


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('work_dir', help='of tools/test.py or tools/train.py')
    print(summary_table(last_scores(parser.parse_args().work_dir)))


if __name__ == '__main__':
    main()
