"""The weights of a finished run alone, in half precision: CHECKPOINT -> OUT.safetensors."""
import argparse
from pathlib import Path


def parse_args(argv=None):
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('checkpoint', help='of tools/train.py')
    parser.add_argument('out', type=Path)
    return parser.parse_args(argv)


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

from mmpartseg.atomic import write_atomic
from mmpartseg.zoo.publishing import stripped
from mmpartseg.zoo.records import sha256_of


def main(argv=None):
    """Write the file and print its SHA-256."""
    args = parse_args(argv)
    write_atomic(args.out, stripped(args.checkpoint, half=True))
    args.out.chmod(0o644)
    print(sha256_of(args.out), args.out)


if __name__ == '__main__':
    main()
