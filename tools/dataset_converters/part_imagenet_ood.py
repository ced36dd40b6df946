"""Paint the part and object maps of PartImageNet-OOD from its instance files.

As part_imagenet.py, for the split that shares no object between training and validation: 109 objects
in train.json, 19 others in val.json. Part maps have 16 bits, 65535 = none. The files of this release
could not be looked at; the layout is the one that PartCATSeg's released code reads.
"""
import part_imagenet

from mmpartseg.datasets import preparation as prep

NAME = 'part_imagenet_ood'


def main():
    parser = prep.argument_parser(__doc__)
    parser.add_argument('root', help='the folder PartImageNet_OOD')
    args = parser.parse_args()
    part_imagenet.convert(args.root, args.workers, args.overwrite, NAME)


if __name__ == '__main__':
    prep.run_main(main)
