"""Import COCO annotations of parts, as CVAT, Label Studio and others write them, as a data set to train on.

    mmpartseg convert coco_parts instances.json --images pictures --out data/mine

A category is a part: "cat's head", "cat: head" or "cat/head", or a part alone whose supercategory (or
--object, where that is missing, "none" or the part itself) is its object. Polygons and RLE count; where they
overlap the smaller one wins. Writes images/, labels/, names.txt and config.py into the folder --out, prints
counts, and checks what it has written as check.py does.
"""
import argparse
import contextlib
import io
from pathlib import Path

from converter_options import add_own_arguments


def parse_args(argv=None):
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('source', type=Path, help='the JSON file')
    parser.add_argument('--images', type=Path, required=True, help='folder of the pictures')
    add_own_arguments(parser)
    return parser.parse_args(argv)


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

import numpy as np
from check import main as check
from pycocotools.coco import COCO

from mmpartseg.datasets.preparation import run_main
from mmpartseg.datasets.preparation.own_data import Annotated, class_of, write_data_set
from mmpartseg.datasets.preparation.painting import decode_mask
from mmpartseg.datasets.preparation.segmentations import SHORTEST_RING, check_segmentation
from mmpartseg.spelling import fold

NEEDED = dict(imgs=('file_name', 'height', 'width'), anns=('image_id', 'category_id'))
NO_OBJECT = ('', 'none')  # as a supercategory


def read_coco(path):
    """A COCO file, by pycocotools; ValueError for what is none."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            coco = COCO(path)
        for part, keys in NEEDED.items():
            for each in getattr(coco, part).values():
                [each[key] for key in keys]
        unlisted = {each['category_id'] for each in coco.anns.values()} - set(coco.cats)
        if unlisted:
            raise ValueError(f'it has annotations of the categories {sorted(unlisted)}, and lists no such')
        [each['name'].strip() for each in coco.cats.values()]
    except Exception as error:  # it checks nothing
        raise ValueError(f"'{path}' is no COCO file ({type(error).__name__}: {error})") from error
    return coco


def mask_of(segmentation, size, where):
    """(H, W) bool of polygons or an RLE; ValueError for what pycocotools would not survive.

    Polygons of less than three points cover nothing.
    """
    if isinstance(segmentation, dict):
        check_segmentation(segmentation, *size, where)
        return decode_mask(segmentation, *size, where)
    for ring in segmentation:
        points = np.asarray(ring, float)
        if points.ndim != 1 or len(points) % 2 or not (np.abs(points) <= 2 * max(size)).all():  # also of nan
            raise ValueError(f'a polygon {str(ring)[:80]}, the picture is {size[1]} x {size[0]}')
    rings = [ring for ring in segmentation if len(ring) >= SHORTEST_RING]
    return decode_mask(rings, *size, where) if rings else np.zeros(size, bool)


def supercategory_of(category):
    """What a category belongs to; None for what tools write that know of nothing."""
    name = category.get('supercategory') or ''
    return None if fold(name) in NO_OBJECT or fold(name) == fold(category['name']) else name


def samples_of(coco, images, obj, source):
    """The pictures with their annotations.

    Raises:
        ValueError: a category in use without an object, a picture that is not there, or of another size.
    """
    used = {each['category_id'] for each in coco.anns.values()}  # some tools add one for all others
    names = {each['id']: class_of(each['name'], supercategory_of(each) or obj)
             for each in coco.loadCats(coco.getCatIds()) if each['id'] in used}
    samples = []
    for image in coco.loadImgs(coco.getImgIds()):
        path = images / image['file_name']
        where = f"'{source}', image '{image['file_name']}'"
        if not path.is_file():
            raise ValueError(f"{where}: there is no '{path}'")
        found = coco.loadAnns(coco.getAnnIds([image['id']]))
        found = [each for each in found if each.get('segmentation')]

        def masks(size, image=image, found=found, where=where):
            if size != (image['height'], image['width']):
                raise ValueError(f"the picture is {size[0]}x{size[1]} (height x width), the annotations say "
                                 f"{image['height']}x{image['width']}")
            return [mask_of(each['segmentation'], size, where) for each in found]

        stem = Path(image['file_name']).with_suffix('').as_posix().replace('/', '-')
        samples.append(Annotated(path, stem, [names[each['category_id']] for each in found], masks, where))
    return samples


def main(argv=None):
    """Import; returns the number of problems."""
    args = parse_args(argv)
    samples = samples_of(read_coco(args.source), args.images, args.object, args.source)
    return check([str(write_data_set(samples, args))])


if __name__ == '__main__':
    run_main(main)
