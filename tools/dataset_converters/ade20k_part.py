"""Paint the object maps of ADE20K-Part-234 from the instance files of the published archive.

Writes next to the published folders, 8-bit PNG, id = index in `object_classes`, 255 = none:

  annotations_detectron2_obj/{training,validation}/

and what the zero-shot test set adds to the validation images, the training images that contain an
unseen object, in whose maps everything but unseen objects is ignored:

  training_unseen.txt                             names of these images
  annotations_detectron2_part/training_unseen/    16-bit PNG like the published ones
  annotations_detectron2_obj/training_unseen/

Where instances overlap, the one whose part the published part map shows at the pixel wins, else
the later one in the file. Complete maps are kept, so a stopped run goes on where it was.
"""
from pathlib import Path
from typing import NamedTuple

from converter_options import argument_parser


def parse_args():
    """Parse the command line."""
    parser = argument_parser(__doc__)
    parser.add_argument('root', help='the folder ADE20KPart234')
    return parser.parse_args()


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

import numpy as np

from mmpartseg.datasets import preparation as prep
from mmpartseg.datasets.label_files import read_label_map
from mmpartseg.taxonomy import load_metainfo

NAME = 'ade20k_part_234'
INSTANCE_FILES = {'training': 'ade20k_instance_train.json',
                  'validation': 'ade20k_instance_val.json'}
UNSEEN_SPLIT = 'training_unseen'


class Job(NamedTuple):
    """One image; ``only`` lists the object ids that count, all others are ignored."""
    root: Path
    folder: str
    split: str
    image: prep.AnnotatedImage
    only: list
    overwrite: bool


def published_parts(job):
    """The published part map of an image, checked; errors name the file and what is wrong."""
    path = job.root / f'annotations_detectron2_part/{job.folder}' / _png(job.image)
    if not path.is_file():
        raise FileNotFoundError(f"{job.image.where}: there is no part map '{path}'")
    parts = read_label_map(path).copy()
    if parts.shape != (job.image.height, job.image.width):
        raise ValueError(f"'{path}' has the shape {parts.shape}, its image "
                         f'{(job.image.height, job.image.width)}')
    classes = len(load_metainfo(NAME)['object_part_classes'])
    strange = [i for i in prep.present_ids(parts) if i >= classes]
    if parts.dtype != np.uint16 or strange:
        raise ValueError(f"'{path}' must hold 16-bit ids below {classes} or "
                         f'{prep.ignore_value(np.uint16)}, got {parts.dtype} with {strange}')
    return parts


def unowned_parts(job, owner, ids):
    """Warnings for labelled parts of objects that have no instance in the image."""
    names = load_metainfo(NAME)['object_classes']
    shown = np.flatnonzero(np.bincount(owner.ravel() + 1)[1:]).tolist()
    missing = [i for i in shown if i in job.only and i not in ids]
    return [f"{job.image.where}: the part map shows parts of '{names[i]}', which has no instance "
            'there' for i in missing]


def convert_image(job):
    """Paint the maps of one image, or keep them if they are complete."""
    parts = published_parts(job)
    owner = prep.object_of_pixel(parts, NAME)
    parts[~np.isin(owner, job.only)] = prep.ignore_value(np.uint16)

    paths = [job.root / f'annotations_detectron2_obj/{job.split}' / _png(job.image)]
    if job.split == UNSEEN_SPLIT:
        paths.append(job.root / f'annotations_detectron2_part/{job.split}' / _png(job.image))
    instances = [i for i in job.image.instances if i.category in job.only]
    masks, warnings = prep.decode_instances(instances, parts.shape)
    ids = [i.category for i in instances]
    warnings += unowned_parts(job, owner, ids)

    def painter():
        prep.check_image(job.root / f'images/{job.folder}' / job.image.file_name)
        objects = prep.settle_overlaps(prep.paint(parts.shape, masks, ids), masks, ids, owner)
        return [objects, parts][:len(paths)]

    maps, is_new = prep.keep_or_paint(paths, parts.shape, (np.uint8, np.uint16), painter,
                                      job.overwrite)
    return prep.Conversion(job.split, prep.present_ids(maps[0]), prep.present_ids(parts), is_new,
                           warnings)


def make_jobs(root, overwrite):
    """The jobs of all splits, and warnings; every entry of both instance files is checked first."""
    metainfo = load_metainfo(NAME)
    names = metainfo['object_classes']
    unseen = [names.index(name) for name in metainfo['unseen_objects']]
    jobs, warnings = [], []
    for folder, file_name in INSTANCE_FILES.items():
        images, found = prep.load_instances(root / file_name, names)
        unlisted = prep.match_images(images, root / 'images' / folder, '.jpg')
        warnings += found + [f"'{path}': not in {file_name}, its object map is empty"
                             for path in unlisted]
        images += [prep.AnnotatedImage(f"image '{path}'", path.name, *prep.image_size(path), [])
                   for path in unlisted]
        jobs += [Job(root, folder, folder, image, list(range(len(names))), overwrite)
                 for image in images]
    jobs += [job._replace(split=UNSEEN_SPLIT, only=unseen) for job in jobs
             if job.folder == 'training' and any(i.category in unseen for i in job.image.instances)]
    return jobs, warnings


def convert(root, workers, overwrite):
    """Convert the archive at ``root``; returns the stored counts."""
    root = Path(root)
    jobs, warnings = make_jobs(root, overwrite)
    results = prep.run_jobs(convert_image, jobs, workers)
    # Written last: the list exists only when all it names is there.
    prep.write_names(root / f'{UNSEEN_SPLIT}.txt',
                     [job.image.file_name for job in jobs if job.split == UNSEEN_SPLIT])
    return prep.finish(results, warnings, load_metainfo(NAME), root / 'conversion.json')


def main():
    args = parse_args()
    convert(args.root, args.workers, args.overwrite)


def _png(image):
    return Path(image.file_name).with_suffix('.png').name


if __name__ == '__main__':
    prep.run_main(main)
