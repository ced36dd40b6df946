"""Paint the part and object maps of PartImageNet (40 of its 158 objects) from its instance files.

Writes next to the originals, 8-bit PNG, 255 = none:

  annotations_part/{train,val}/      id = index in `object_part_classes`
  annotations_object/{train,val}/    id = index in `object_classes`; the union of the parts
  train.txt, val.txt                 names of the images that have maps, for `ann_file`

An image's object follows from the synset in its file name; images of the other 118 objects get no
map. Where parts overlap, the later one in the file wins. Complete maps are kept, so a stopped run
goes on where it was.
"""
from pathlib import Path
from typing import NamedTuple

from converter_options import argument_parser


def parse_args():
    """Parse the command line."""
    parser = argument_parser(__doc__)
    parser.add_argument('root', help='the folder PartImageNet')
    return parser.parse_args()


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

import numpy as np

from mmpartseg.datasets import preparation as prep
from mmpartseg.printable import counted
from mmpartseg.taxonomy import SEPARATOR, load_metainfo

NAME = 'part_imagenet'
SPLITS = ('train', 'val')


class Job(NamedTuple):
    """One image: its object's id and, for each instance, the id of its class."""
    root: Path
    name: str
    split: str
    image: prep.AnnotatedImage
    object_id: int
    part_ids: list
    overwrite: bool


def synset_of(file_name):
    """``'n02422699_12.JPEG'`` -> ``'n02422699'``."""
    return file_name.partition('_')[0]


def class_ids(image, name, metainfo):
    """Class of each instance of an image of ``name``: the object and the part's own word.

    Returns:
        tuple[list[int], list[str]]: the ids, and warnings for parts of another super-class.

    Raises:
        ValueError: the object has no such part; names the entry.
    """
    ids, warnings = [], []
    for instance in image.instances:
        category = metainfo['coco_part_categories'][instance.category]
        word = category['name'].removeprefix(category['supercategory']).strip().lower()
        full_name = f'{name}{SEPARATOR}{word}'
        if full_name not in metainfo['object_part_classes']:
            raise ValueError(f"{instance.where}: '{category['name']}' on an image of '{name}', "
                             'which has no such part')
        if category['supercategory'] != metainfo['superclass_of'][name]:
            warnings.append(f"{instance.where}: '{category['name']}' on an image of '{name}' "
                            f"taken as '{full_name}'")
        ids.append(metainfo['object_part_classes'].index(full_name))
    return ids, warnings


def convert_image(job):
    """Paint the maps of one image, or keep them if they are complete."""
    shape, dtype = (job.image.height, job.image.width), part_dtype(job.name)
    masks, warnings = prep.decode_instances(job.image.instances, shape)

    def painter():
        prep.check_image(job.root / f'images/{job.split}' / job.image.file_name)
        parts = prep.paint(shape, masks, job.part_ids, dtype)
        nothing = parts == prep.ignore_value(dtype)
        return [parts, np.where(nothing, prep.ignore_value(np.uint8), np.uint8(job.object_id))]

    name = Path(job.image.file_name).with_suffix('.png').name
    paths = [job.root / f'annotations_{kind}/{job.split}/{name}' for kind in ('part', 'object')]
    (parts, objects), is_new = prep.keep_or_paint(paths, shape, (dtype, np.uint8), painter,
                                                  job.overwrite)
    ids = prep.present_ids(parts)
    if not ids:
        warnings.append(f'{job.image.where}: no part, all pixels ignored')
    return prep.Conversion(job.split, prep.present_ids(objects), ids, is_new, warnings)


def part_dtype(name):
    """Of part maps: 8 bits where the ids fit, else 16."""
    return np.uint8 if len(load_metainfo(name)['object_part_classes']) < 255 else np.uint16


def instance_file(root, split):
    """Releases keep it at the top, or beside the published annotations."""
    places = (root / f'annotations/{split}/{split}.json', root / f'annotations/{split}.json')
    return next((path for path in places if path.is_file()), root / f'{split}.json')


def make_jobs(root, overwrite, dataset=NAME):
    """The jobs of both splits, and warnings; every entry of both files is checked first."""
    metainfo = load_metainfo(dataset)
    object_of = {synset: name for name, synsets in metainfo['synsets'].items()
                 for synset in synsets}
    categories = [category['name'] for category in metainfo['coco_part_categories']]
    jobs, warnings = [], []
    for split in SPLITS:
        source = instance_file(root, split)
        images, found = prep.load_instances(source, categories)
        ours = [image for image in images if synset_of(image.file_name) in object_of]
        unlisted = prep.match_images(ours, root / f'images/{split}', '.JPEG')
        warnings += found + [f"'{path}': not in {source}, no map painted" for path in unlisted
                             if synset_of(path.name) in object_of]
        warnings.append(f"{source}: {counted(len(images) - len(ours), 'image')} of other objects left out")
        for image in ours:
            name = object_of[synset_of(image.file_name)]
            ids, found = class_ids(image, name, metainfo)
            warnings += found
            jobs.append(Job(root, dataset, split, image, metainfo['object_classes'].index(name), ids,
                            overwrite))
    return jobs, warnings


def convert(root, workers, overwrite, dataset=NAME):
    """Convert the release at ``root``; returns the stored counts.

    ``dataset`` names the shipped vocabulary: the 40 objects, or the split of part_imagenet_ood.py.
    """
    root = Path(root)
    jobs, warnings = make_jobs(root, overwrite, dataset)
    results = prep.run_jobs(convert_image, jobs, workers)
    # Written last: a list exists only when all it names is there.
    for split in SPLITS:
        prep.write_names(root / f'{split}.txt',
                         [job.image.file_name for job in jobs if job.split == split])
    return prep.finish(results, warnings, load_metainfo(dataset), root / 'conversion.json')


def main():
    args = parse_args()
    convert(args.root, args.workers, args.overwrite)


if __name__ == '__main__':
    prep.run_main(main)
