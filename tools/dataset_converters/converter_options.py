"""Command lines of the converters, read before anything slow is imported."""
import argparse
import os
from pathlib import Path


def argument_parser(description):
    """The options that every converter has."""
    parser = argparse.ArgumentParser(description=description,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--workers', type=int, default=os.cpu_count(),
                        help='processes (default: one per CPU)')
    parser.add_argument('--overwrite', action='store_true',
                        help='paint again what an earlier run has completed')
    return parser


def drawing_options(description, numbers, argv=None):
    """The options of a drawn data set, parsed; ``numbers`` of scenes by split."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument('--out', type=Path, required=True, help='folder to create')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--size', type=int, default=128, help='side of the pictures, in pixels')
    for split, number in numbers.items():
        parser.add_argument(f'--num-{split}', type=int, default=number)
    parser.add_argument('--workers', type=int, default=2)
    parser.add_argument('--contact-sheet', type=Path, metavar='PNG',
                        help='also write the first 100 val scenes beside their part maps')
    args = parser.parse_args(argv)
    for name, least in (('seed', 0), ('size', 16), *((f'num_{split}', 0) for split in numbers),
                        ('workers', 1)):
        if getattr(args, name) < least:
            parser.error(f"--{name.replace('_', '-')} must be at least {least}, "
                         f'got {getattr(args, name)}')
    return args


def add_own_arguments(parser):
    """Options that every importer of one's own data has."""
    parser.add_argument('--out', type=Path, required=True, help='folder of the new data set')
    parser.add_argument('--object', metavar='NAME', help='the object of labels that name a part alone')
    parser.add_argument('--val', type=share, default=0.2, metavar='SHARE',
                        help='share of the pictures that are kept for validation (%(default)s)')
    parser.add_argument('--base', default='part_shapes', metavar='CONFIG',
                        help='config to inherit (%(default)s)')
    parser.add_argument('--weights', help='to fine-tune (default: the shipped miniature with part_shapes, '
                        "else the base's)")


def share(text):
    """A number from 0 to below 1."""
    if not 0 <= float(text) < 1:
        raise argparse.ArgumentTypeError(f'expected a share from 0 to below 1, got {text}')
    return float(text)
