"""Draw PartShapes: pictures of animals, vehicles and furniture with exact part and object maps.

The folder has the layout of Pascal-Part-116, with a third split: `val` is for tuning, `test` for what
is reported. Its bytes depend on seed, size and counts alone.
"""
from converter_options import drawing_options

NUMBERS = {'train': 2000, 'val': 200, 'test': 400}  # part training, tuning, and what is reported


def parse_args(argv=None):
    """Parse the command line."""
    return drawing_options(__doc__, NUMBERS, argv)


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

from mmpartseg.datasets.preparation import run_main
from mmpartseg.datasets.shapes import VERSION
from mmpartseg.datasets.shapes.drawn_set import DrawnSet, run

PART_SHAPES = DrawnSet(
    'part_shapes', VERSION,
    folders=('images', 'annotations_detectron2_part', 'annotations_detectron2_obj'),
    numbers=NUMBERS)


def main(argv=None):
    """Make the data set, or reuse it, and show it if asked to."""
    run(PART_SHAPES, parse_args(argv))


if __name__ == '__main__':
    run_main(main)
