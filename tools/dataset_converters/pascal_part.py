"""Build Pascal-Part-116 from the images of VOC 2010 and the `.mat` files of Pascal-Part.

For users without the OV-PARTS archive. Writes

  images/{train,val}/                         copies of the VOC images
  annotations_detectron2_part/{train,val}/    8-bit PNG, id = index in `object_part_classes`
  annotations_detectron2_obj/{train,val}/     8-bit PNG, id = index in `object_classes`

with 255 = none. Left, right, front, back, upper, lower and counting numbers are dropped and the
parts merged (the table: mmpartseg/datasets/preparation/pascal_part_codes.py). Where masks overlap,
the smaller one wins: an eye stays visible on its head. Images without any of the 116 classes are
left out and counted. Complete images are kept, so a stopped run goes on where it was.

The splits are VOC's own train.txt and val.txt unless lists are given. The archive's split of 8431
and 850 images is its authors' and cannot be derived: for numbers that compare with published ones,
give its file names as lists.
"""
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.io import loadmat

from mmpartseg.datasets import preparation as prep
from mmpartseg.datasets.preparation.pascal_part_codes import OBJECT_ALIASES, WORD_OF_CODE
from mmpartseg.taxonomy import SEPARATOR, load_metainfo

NAME = 'pascal_part_116'


class Job(NamedTuple):
    """One image, and where its annotation is and its maps belong."""
    split: str
    image: Path
    annotation: Path
    out: Path
    overwrite: bool


class Region(NamedTuple):
    """A mask and the id of its object or class."""
    mask: np.ndarray
    index: int


def class_name(object_name, code):
    """``('cat', 'lfpa')`` -> ``"cat's paw"``; None if Pascal-Part has no such code."""
    word = WORD_OF_CODE.get(re.sub(r'_\d+$', '', code))
    return word and f'{object_name}{SEPARATOR}{word}'


def read_annotation(path, shape, metainfo):
    """The objects and the parts in a `.mat` file.

    Args:
        path (Path): a file of Pascal-Part's folder Annotations_Part.
        shape (tuple[int]): (H, W) that every mask must have.
        metainfo (dict): the class lists of Pascal-Part-116.

    Returns:
        tuple[list[Region], list[Region]]: objects and parts in the order of the file.

    Raises:
        FileNotFoundError: no such file.
        ValueError: names file, object and part: not readable, an unknown object or part, a mask
            of another size.
    """
    objects, parts = [], []
    for number, entry in enumerate(_read_objects(path), 1):
        name = OBJECT_ALIASES.get(entry['class'], entry['class'])
        where = f"'{path}': object {number} ('{name}')"
        if name not in metainfo['object_classes']:
            raise ValueError(f'{where}: unknown object, expected one of '
                             f"{metainfo['object_classes']}")
        objects.append(Region(_mask(entry, shape, where),
                              metainfo['object_classes'].index(name)))
        for part in _as_list(entry['parts']):
            here = f"{where}, part '{part['part_name']}'"
            full_name = class_name(name, part['part_name'])
            if full_name not in metainfo['object_part_classes']:
                raise ValueError(f'{here}: unknown part code of this object; '
                                 'pascal_part_codes.py lists those there are')
            parts.append(Region(_mask(part, shape, here),
                                metainfo['object_part_classes'].index(full_name)))
    return objects, parts


def convert_image(job):
    """Paint the maps of one image and copy it; None if it shows none of the classes."""
    shape = prep.image_size(job.image)
    paths = [job.out / f'annotations_detectron2_{kind}/{job.split}/{job.image.stem}.png'
             for kind in ('obj', 'part')]

    def painter():
        objects, parts = read_annotation(job.annotation, shape, load_metainfo(NAME))
        if not parts:
            return None
        part_map = prep.paint_large_first(shape, *zip(*parts))
        masks, ids = zip(*objects)
        object_map = prep.paint_large_first(shape, masks, ids)
        owner = prep.object_of_pixel(part_map, NAME)
        return [prep.settle_overlaps(object_map, masks, ids, owner), part_map]

    maps, is_new = prep.keep_or_paint(paths, shape, (np.uint8, np.uint8), painter, job.overwrite)
    if maps is None:
        return None
    copy = job.out / 'images' / job.split / job.image.name
    if is_new or not copy.is_file():
        prep.write_atomic(copy, job.image.read_bytes())
    return prep.Conversion(job.split, *map(prep.present_ids, maps), is_new, [])


def make_jobs(voc, annotations, out, lists, overwrite):
    """One job per line of the lists; FileNotFoundError if a list or what it names is missing."""
    jobs = []
    for split, path in lists.items():
        if not Path(path).is_file():
            raise FileNotFoundError(f"there is no list '{path}' of {split} images; give another "
                                    f'with --{split}-list')
        for number, line in enumerate(Path(path).read_text().splitlines(), 1):
            if not line.strip():
                continue
            stem = Path(line.split()[0]).stem
            job = Job(split, voc / f'JPEGImages/{stem}.jpg', annotations / f'{stem}.mat', out,
                      overwrite)
            for needed in (job.image, job.annotation):
                if not needed.is_file():
                    raise FileNotFoundError(f"'{path}' line {number} ('{stem}'): "
                                            f"there is no '{needed}'")
            jobs.append(job)
    return jobs


def convert(voc, annotations, out, workers, overwrite, train_list=None, val_list=None):
    """Build the data set at ``out``; returns the stored counts."""
    voc, out = Path(voc), Path(out)
    lists = {'train': train_list or voc / 'ImageSets/Main/train.txt',
             'val': val_list or voc / 'ImageSets/Main/val.txt'}
    jobs = make_jobs(voc, Path(annotations), out, lists, overwrite)
    results = prep.run_jobs(convert_image, jobs, workers)
    kept = [r for r in results if r is not None]
    warnings = [f'{len(results) - len(kept)} images show none of the classes and were left out']
    return prep.finish(kept, warnings, load_metainfo(NAME), out / 'conversion.json')


def main():
    parser = prep.argument_parser(__doc__)
    parser.add_argument('voc', help='the folder VOCdevkit/VOC2010')
    parser.add_argument('annotations', help="Pascal-Part's folder Annotations_Part")
    parser.add_argument('out', help='the new folder PascalPart116')
    for split in ('train', 'val'):
        parser.add_argument(f'--{split}-list',
                            help=f'image names, one a line (default: VOC\'s own {split}.txt)')
    args = parser.parse_args()
    convert(**vars(args))


def _read_objects(path):
    try:
        return _as_list(loadmat(path, simplify_cells=True)['anno']['objects'])
    except Exception as error:  # scipy raises whatever a broken byte makes of its state
        raise ValueError(f"'{path}' is damaged or holds no Pascal-Part annotation ({error!r}); "
                         'extract it again') from error


def _as_list(entries):
    """MATLAB has no lists: a struct array of length one reads as a dict, of zero as an array."""
    return [entries] if isinstance(entries, dict) else list(entries)


def _mask(entry, shape, where):
    mask = np.asarray(entry['mask'])
    if mask.shape != shape:
        raise ValueError(f'{where}: mask of shape {mask.shape}, its image has {shape}')
    return mask.astype(bool)


if __name__ == '__main__':
    prep.run_main(main)
