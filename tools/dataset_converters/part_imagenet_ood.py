"""Paint the part and object maps of PartImageNet-OOD from its instance files.

As part_imagenet.py, for the split that shares no object between training and validation: 109 objects
in train.json, 19 others in val.json. Part maps have 16 bits, 65535 = none. The files of this release
could not be looked at; the layout is the one that PartCATSeg's released code reads.
"""
from converter_options import argument_parser


def parse_args():
    """Parse the command line."""
    parser = argument_parser(__doc__)
    parser.add_argument('root', help='the folder PartImageNet_OOD')
    return parser.parse_args()


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

import part_imagenet

from mmpartseg.datasets.preparation import run_main

NAME = 'part_imagenet_ood'


def main():
    args = parse_args()
    part_imagenet.convert(args.root, args.workers, args.overwrite, NAME)


if __name__ == '__main__':
    run_main(main)
