"""Write the model zoo: configs/<family>/README.md and metafile.yaml, model-index.yml, dataset-index.yml.

From configs/zoo.yml, the configs, and the cards and logs of finished runs; and the project's address, of
configs/zoo.yml, into the files that state it. ``--check`` writes nothing and
ends with exit code 1 if a file is not what these give.
"""
import argparse
from pathlib import Path

ROOT = Path(__file__).parents[2]


def parse_args(argv=None):
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--root', default=ROOT, type=Path, help='the checkout (default: this one)')
    parser.add_argument('--check', action='store_true', help='compare only')
    return parser.parse_args(argv)


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

from mmpartseg.atomic import write_atomic
from mmpartseg.datasets.preparation import run_main
from mmpartseg.printable import counted
from mmpartseg.zoo import load_zoo, outdated, zoo_files


def main(argv=None):
    """Command line; returns 1 if ``--check`` found something."""
    args = parse_args(argv)
    if args.check:
        lines = outdated(args.root)
        print('\n'.join([*lines, 'run python tools/analysis/zoo.py'] if lines else ['the zoo is up to date']))
        return int(bool(lines))
    files = zoo_files(load_zoo(args.root))
    for name, text in files.items():
        write_atomic(args.root / name, text.encode())
    print(f"wrote {counted(len(files), 'file')}")
    return 0


if __name__ == '__main__':
    run_main(main)
