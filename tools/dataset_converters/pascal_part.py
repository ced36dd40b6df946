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
from pathlib import Path
from typing import NamedTuple

from converter_options import argument_parser


def parse_args():
    """Parse the command line."""
    parser = argument_parser(__doc__)
    parser.add_argument('voc', help='the folder VOCdevkit/VOC2010')
    parser.add_argument('annotations', help="Pascal-Part's folder Annotations_Part")
    parser.add_argument('out', help='the new folder PascalPart116')
    for split in ('train', 'val'):
        parser.add_argument(f'--{split}-list',
                            help=f'image names, one a line (default: VOC\'s own {split}.txt)')
    return parser.parse_args()


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

import numpy as np

from mmpartseg.atomic import write_atomic
from mmpartseg.datasets import preparation as prep
from mmpartseg.datasets.preparation.pascal_part_files import read_annotation
from mmpartseg.printable import counted
from mmpartseg.taxonomy import load_metainfo

NAME = 'pascal_part_116'


class Job(NamedTuple):
    """One image, and where its annotation is and its maps belong."""
    split: str
    image: Path
    annotation: Path
    out: Path
    overwrite: bool


def convert_image(job):
    """Paint the maps of one image and copy it; None if it shows none of the classes."""
    shape = prep.image_size(job.image)
    paths = [job.out / f'annotations_detectron2_{kind}/{job.split}/{job.image.stem}.png'
             for kind in ('obj', 'part')]
    warnings = []

    def painter():
        prep.check_image(job.image)
        objects, parts = read_annotation(job.annotation, shape, load_metainfo(NAME))
        warnings.extend(f'{region.where}: covers no pixel' for region in objects + parts
                        if not region.mask.any())
        part_map = prep.paint_large_first(shape, [p.mask for p in parts], [p.label for p in parts])
        if not prep.present_ids(part_map):
            return None
        masks, ids = [o.mask for o in objects], [o.label for o in objects]
        object_map = prep.paint_large_first(shape, masks, ids)
        owner = prep.object_of_pixel(part_map, NAME)
        return [prep.settle_overlaps(object_map, masks, ids, owner), part_map]

    maps, is_new = prep.keep_or_paint(paths, shape, (np.uint8, np.uint8), painter, job.overwrite)
    if maps is None:
        return None
    copy = job.out / 'images' / job.split / job.image.name
    if is_new or not copy.is_file():
        write_atomic(copy, job.image.read_bytes())
    return prep.Conversion(job.split, *map(prep.present_ids, maps), is_new, warnings)


def make_jobs(voc, annotations, out, lists, overwrite):
    """One job per line of the lists, each with its own image.

    Raises:
        FileNotFoundError: a list, or what it names, is missing.
        ValueError: a list names an image twice.
    """
    jobs = []
    for split, path in lists.items():
        if not Path(path).is_file():
            raise FileNotFoundError(f"there is no list '{path}' of the images of {split}; give another "
                                    f'with --{split}-list')
        line_of = {}
        lines = Path(path).read_text(encoding='utf-8', errors='replace').splitlines()
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            stem = Path(line.split()[0]).stem
            if stem in line_of:
                raise ValueError(f"'{path}' line {number} names '{stem}', as line {line_of[stem]} "
                                 'does')
            line_of[stem] = number
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
    left_out = [job.image.stem for job, result in zip(jobs, results) if result is None]
    warnings = [f"left out {counted(len(left_out), 'image')} without any of the classes: "
                f'{", ".join(left_out)}'] if left_out else []
    shared = set.intersection(*({job.image.stem for job in jobs if job.split == split}
                                for split in lists))
    if shared:
        warnings.append(f"{counted(len(shared), 'image')} in both splits: {', '.join(sorted(shared))}")
    return prep.finish(kept, warnings, load_metainfo(NAME), out / 'conversion.json')


def main():
    args = parse_args()
    convert(**vars(args))


if __name__ == '__main__':
    prep.run_main(main)
