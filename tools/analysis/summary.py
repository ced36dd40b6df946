"""Print the scores of the last evaluation in a work dir: ``python tools/analysis/summary.py DIR``."""
import argparse
import json
from pathlib import Path

from mmpartseg.evaluation.report import summary_table


def last_scores(work_dir):
    """The newest evaluation's metrics that mmengine wrote below ``work_dir``.

    Raises:
        FileNotFoundError: there is none.
    """
    for path in sorted(Path(work_dir).glob('*/*.json'), reverse=True):
        for line in reversed(path.read_text().splitlines()):
            scores = json.loads(line)
            if any(key.endswith('/mIoU') for key in scores):
                return scores
    raise FileNotFoundError(f'no evaluation found in {work_dir}; run tools/test.py with '
                            f'--work-dir {work_dir}')


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('work_dir', help='of tools/test.py or tools/train.py')
    print(summary_table(last_scores(parser.parse_args().work_dir)))


if __name__ == '__main__':
    main()
