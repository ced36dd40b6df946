"""Draw PartSketches: pencil and crayon drawings on paper with exact part and object maps.

The folder has the layout of PartImageNet, its parts are as coarse, and its objects are others than those
of PartShapes. Its bytes depend on seed, size and counts alone.
"""
from converter_options import drawing_options

NUMBERS = {'train': 1200, 'val': 200}


def parse_args(argv=None):
    """Parse the command line."""
    return drawing_options(__doc__, NUMBERS, argv)


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

from mmpartseg.datasets.preparation import run_main
from mmpartseg.datasets.shapes import VERSION
from mmpartseg.datasets.shapes.drawn_set import DrawnSet, run

PART_SKETCHES = DrawnSet(
    'part_sketches', VERSION, folders=('images', 'annotations_part', 'annotations_object'),
    numbers=NUMBERS, lists=True)


def main(argv=None):
    """Make the data set, or reuse it, and show it if asked to."""
    run(PART_SKETCHES, parse_args(argv))


if __name__ == '__main__':
    run_main(main)
