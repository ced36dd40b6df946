"""Import what was labelled in labelme: a folder of its JSON files becomes a data set to train on.

    mmpartseg convert labelme labelled --out data/mine

Labels are "cat's head", "cat: head" or "cat/head", or parts alone with --object. Polygons, rectangles,
circles and masks count; where they overlap the smaller one wins. Writes images/, labels/, names.txt and
config.py into the folder --out, prints counts, and checks what it has written as check.py does.
"""
import argparse
import base64
import io
import json
from pathlib import Path

from converter_options import add_own_arguments


def parse_args(argv=None):
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('source', type=Path, help="folder of labelme's JSON files")
    add_own_arguments(parser)
    return parser.parse_args(argv)


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

import numpy as np
from check import main as check
from PIL import Image, ImageDraw

from mmpartseg.datasets.preparation import run_main
from mmpartseg.datasets.preparation.own_data import Annotated, class_of, write_data_set
from mmpartseg.printable import counted

SHAPES = ('polygon', 'rectangle', 'circle', 'mask')


def points_of(shape, size):
    """The points of a shape; ValueError where some are none, or lie far outside the picture."""
    points = np.asarray(shape['points'], float)
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f'points of shape {points.shape}, expected pairs of x and y')
    if not (np.abs(points) <= 2 * max(size)).all():  # also of nan
        raise ValueError(f'points from {points.min(0).tolist()} to {points.max(0).tolist()}, the picture is '
                         f'{size[1]} x {size[0]}')
    return points.tolist()


def mask_of(shape, size):
    """(H, W) bool of a shape, filled as labelme does."""
    points, kind = points_of(shape, size), shape.get('shape_type') or 'polygon'
    if kind == 'mask':
        mask = np.zeros(size, bool)
        (left, top), _ = np.rint(points).astype(int)
        if left < 0 or top < 0:
            raise ValueError(f'a mask that begins at {(int(left), int(top))}, outside its picture')
        with Image.open(io.BytesIO(base64.b64decode(shape['mask'])), formats=('PNG', )) as image:
            inside = np.asarray(image) > 0
        mask[top:top + inside.shape[0], left:left + inside.shape[1]] = inside[:size[0] - top, :size[1] - left]
        return mask
    image = Image.new('1', size[::-1])
    draw = ImageDraw.Draw(image)
    if kind == 'circle':
        (x, y), edge = points
        radius = np.hypot(edge[0] - x, edge[1] - y)
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), outline=1, fill=1)
    elif kind == 'rectangle':
        (x0, x1), (y0, y1) = np.sort(np.transpose(points))
        draw.rectangle((x0, y0, x1, y1), outline=1, fill=1)
    else:
        draw.polygon([tuple(point) for point in points], outline=1, fill=1)
    return np.asarray(image)


def read(path, obj):
    """One of labelme's files.

    Returns:
        tuple[Annotated, list[str]]: the picture, and the types of shapes that do not count.

    Raises:
        ValueError: no file of labelme, a label without an object, a picture that is not there.
    """
    try:
        content = json.loads(path.read_text(encoding='utf-8'))
        shapes = content['shapes']
        kinds = [shape.get('shape_type') or 'polygon' for shape in shapes]
        labels = [f'{shape["label"]}' for shape in shapes]
        picture = path.parent / content.get('imagePath', '').replace('\\', '/')
        if content.get('imageData'):
            picture = base64.b64decode(content['imageData'])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"'{path}' is no file of labelme ({type(error).__name__}: {error})") from error
    used = [shape for shape, kind in zip(shapes, kinds) if kind in SHAPES]
    try:
        names = [class_of(label, obj) for label, kind in zip(labels, kinds) if kind in SHAPES]
    except ValueError as error:
        raise ValueError(f"'{path}': {error}") from error
    if not isinstance(picture, bytes) and not picture.is_file():
        raise ValueError(f"'{path}': its picture '{picture}' is not there")
    return Annotated(picture, path.stem, names, lambda size: [mask_of(shape, size) for shape in used],
                     f"'{path}'"), [kind for kind in kinds if kind not in SHAPES]


def main(argv=None):
    """Import; returns the number of problems."""
    args = parse_args(argv)
    files = sorted(args.source.glob('*.json'))
    if not files:
        raise ValueError(f"'{args.source}' holds no JSON file of labelme")
    samples, others = zip(*(read(path, args.object) for path in files))
    skipped = [kind for kinds in others for kind in kinds]
    if skipped:
        print(f'left out: {counted(len(skipped), "shape")} without an area '
              f'({", ".join(sorted(set(skipped)))})')
    return check([str(write_data_set(list(samples), args))])


if __name__ == '__main__':
    run_main(main)
