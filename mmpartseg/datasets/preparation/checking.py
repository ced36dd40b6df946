"""What is checked in a prepared data set: its files against each other, its ids, its counts."""
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from mmpartseg.datasets.file_lists import list_stems, listed_stems
from mmpartseg.datasets.label_files import read_stored
from mmpartseg.datasets.label_maps import LabelTables
from mmpartseg.datasets.label_survey import facts_of
from mmpartseg.datasets.part_seg_dataset import PartSegDataset
from mmpartseg.orientation import UPRIGHT, turned_like_image
from mmpartseg.pictures import decode_picture
from mmpartseg.regular_files import file_content

MISSING = 'missing folders and lists'
OTHER_COUNT = 'other numbers of images than published'
ROUGH_COUNT = 'numbers of images unlike the published, rounded ones'

# Images in a folder, least and most. PartImageNet (all 158 objects) is stated to two digits only; the
# numbers of PartImageNet-OOD are those of its README, but no copy was there to count
PUBLISHED_IMAGES = {
    'pascal_part_116': {'train': (8431, 8431), 'val': (850, 850)},
    'ade20k_part_234': {'training': (7347, 7347), 'validation': (1016, 1016)},
    'part_imagenet': {'train': (16000, 16999), 'val': (2900, 2999)},
    'part_imagenet_ood': {'train': (16000, 16999), 'val': (2900, 2999)},
}


class Found(NamedTuple):
    """What one image holds: ``(kind, detail)`` of its problems, ids, part pixels that stray, and the
    :class:`MapFacts` of its maps."""
    problems: list
    part_ids: np.ndarray
    object_ids: np.ndarray
    strays: int
    facts: dict


def match_files(dataset: PartSegDataset) -> tuple[list[dict[str, str]], list[tuple[str, str]]]:
    """Paths of every sample, and the problems of files without a counterpart.

    Returns:
        tuple[list[dict], list[tuple]]: one dict of paths a sample, ``(kind, detail)``.

    Raises:
        FileNotFoundError, ValueError: no such folder or list; a list that names no image.
    """
    images = _files(dataset, 'img_path', dataset.img_suffix)
    stems = list(images)
    if dataset.ann_file:
        stems = listed_stems(dataset.ann_file, images, dataset.img_suffix)
    samples, problems = {stem: {'img_path': images[stem]} for stem in stems}, []
    for key in ('seg_map_path', 'object_map_path'):
        if key not in dataset.data_prefix:
            continue
        if not Path(dataset.data_prefix[key]).is_dir():
            problems.append((MISSING, dataset.no_folder(dataset.data_prefix[key])))
            continue
        maps = _files(dataset, key, dataset.seg_map_suffix)
        problems += [(f'images without a map in {dataset.data_prefix[key]}', images[stem])
                     for stem in stems if stem not in maps]
        problems += [('maps without an image', path) for stem, path in maps.items()
                     if stem not in images]
        for stem in samples.keys() & maps.keys():
            samples[stem][key] = maps[stem]
    return list(samples.values()), problems + count_problems(dataset, len(images))


def count_problems(dataset: Any, images: int) -> list[tuple[str, str]]:
    """The number of images in the folder against the published one."""
    folder = Path(dataset.data_prefix['img_path'])
    published = PUBLISHED_IMAGES.get(dataset.METAINFO.get('taxonomy'), {}).get(folder.name)
    if published is None or published[0] <= images <= published[1]:
        return []
    least, most = published
    if least == most:
        return [(OTHER_COUNT, f'{folder}: {images}, published {least}')]
    return [(ROUGH_COUNT, f'{folder}: {images}, published {least} to {most}')]


def inspect(paths: dict[str, str], tables: LabelTables) -> Found:
    """Read one image and its maps completely."""
    problems, ids, facts, size, orientation = [], {}, {}, None, UPRIGHT
    try:
        pixels, orientation = decode_picture(file_content(paths['img_path']))
        size = pixels.shape[:2]
    except Exception as error:  # decoders raise whatever a broken byte makes of their state
        problems.append(('damaged images', f"{paths['img_path']}: {error}"))
    for key, table in (('seg_map_path', tables.parts), ('object_map_path', tables.objects)):
        if key not in paths:
            continue
        try:
            stored = read_stored(paths[key])
            ids[key], facts[key] = table(stored.ids, paths[key]), facts_of(stored)
        except ValueError as error:
            problems.append(('damaged maps and ids out of range', str(error)))
            continue
        if size is None:
            continue
        try:
            ids[key] = turned_like_image(ids[key], stored.orientation, orientation, size,
                                         f"{paths[key]} and its image {paths['img_path']}")
        except ValueError as error:
            problems.append(('maps and images of different EXIF orientation', str(error)))
        if ids[key].shape != size:
            problems.append(('maps of another size than their image',
                             f'{paths[key]}: {ids[key].shape}, image {size}'))
    part_ids, object_ids, strays = _contents(ids, tables)
    return Found(problems, part_ids, object_ids, strays, facts)


def value_problems(dataset: PartSegDataset, found: Sequence[Found]) -> list[tuple[str, str]]:
    """Maps whose values seem to be meant otherwise than they are read, as ``(kind, detail)``."""
    problems = []
    for key in ('seg_map_path', 'object_map_path'):
        facts = [each.facts[key] for each in found if key in each.facts]
        odd = dataset.odd_values(key, facts) if facts else None
        if odd:
            problems.append(('values that may mean something else', f'{dataset.data_prefix[key]}: {odd}'))
    return problems


def _files(dataset, key, suffix):
    folder = dataset.data_prefix[key]
    if not Path(folder).is_dir():
        raise FileNotFoundError(dataset.no_folder(folder))
    return {stem: str(Path(folder, name)) for stem, name in list_stems(folder, suffix).items()}


def _contents(ids, tables):
    """Part ids, object ids, and the number of part pixels whose object map says otherwise."""
    parts, objects = (ids.get(key, np.empty(0, int)) for key in ('seg_map_path', 'object_map_path'))
    strays = 0
    if parts.shape == objects.shape:
        labelled = parts != tables.ignore_index
        strays = np.count_nonzero(tables.object_of[parts[labelled]] != objects[labelled])
    return *(np.setdiff1d(i, tables.ignore_index) for i in (parts, objects)), int(strays)
