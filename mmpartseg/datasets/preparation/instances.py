"""COCO-style instance files, checked entry by entry before anything is painted."""
import json
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import numpy as np

from .files import image_size, list_files

SLACK = 1  # pixels by which a polygon drawn along the border may leave the image
SHORTEST_RING = 6  # coordinates of a triangle; anything shorter encloses no pixel


class Instance(NamedTuple):
    """One annotation: ``segmentation`` is a list of rings (x1, y1, x2, …) or an RLE dict."""
    where: str
    category: int
    segmentation: object


class AnnotatedImage(NamedTuple):
    """One image of the file and its instances in the order of the file."""
    where: str
    file_name: str
    height: int
    width: int
    instances: list


def load_instances(path, categories):
    """Read an instance file whose ``category_id`` indexes ``categories``.

    Returns:
        tuple[list[AnnotatedImage], list[str]]: the images in the order of the file, and
        warnings: instances without area, category names that differ from ``categories``.

    Raises:
        FileNotFoundError: no such file.
        ValueError: names the file and the entry: not JSON, a field missing, an id used twice, an
            unknown category, an unknown image, an instance outside its image.
    """
    content = _read_json(path)
    names = dict(enumerate(categories))
    images = {}
    for entry in content['images']:
        image_id, image = _image(entry, path)
        if image_id in images:
            raise ValueError(f'{path}: image {image_id}: this id is used twice')
        images[image_id] = image
    stated = {c['id']: c['name'] for c in content.get('categories') or () if 'name' in c}
    warnings = [f"{path}: category {i} is called '{stated[i]}', expected '{names[i]}'"
                for i in stated.keys() & names.keys() if stated[i] != names[i]]
    for entry in content['annotations']:
        number, image_id, category, segmentation = _fields(
            entry, ('id', 'image_id', 'category_id', 'segmentation'), f'{path}: annotation')
        if image_id not in images:
            raise ValueError(f'{path}: annotation {number}: no image has the id {image_id!r}')
        image = images[image_id]
        where = f"{path}: annotation {number} of '{image.file_name}'"
        if category not in names:
            raise ValueError(f'{where}: unknown category {category!r}, '
                             f'expected one of 0 to {len(names) - 1}')
        segmentation = _checked(segmentation, image.height, image.width, where)
        if segmentation:
            image.instances.append(Instance(where, category, segmentation))
        else:
            warnings.append(f'{where}: no polygon of three points or more, left out')
    return list(images.values()), warnings


def match_images(images, folder, suffix):
    """Hold the images of an instance file against those in ``folder`` that end in ``suffix``.

    Returns:
        list[Path]: files that ``images`` does not name.

    Raises:
        FileNotFoundError: an image of the instance file is not in ``folder``; names the entry.
        ValueError: an image is not of the size that the instance file states.
    """
    files = {path.name: path for path in list_files(folder, suffix)}
    for image in images:
        if image.file_name not in files:
            raise FileNotFoundError(f"{image.where}: no such image in '{folder}'")
        size = image_size(files[image.file_name])
        if size != (image.height, image.width):
            raise ValueError(f'{image.where}: stated as {image.width} x {image.height}, '
                             f'the file is {size[1]} x {size[0]}')
    known = {image.file_name for image in images}
    return [path for name, path in files.items() if name not in known]


def _read_json(path):
    if not Path(path).is_file():
        raise FileNotFoundError(f"there is no '{path}'; see data/README.md for the tree")
    try:
        content = json.loads(Path(path).read_text(encoding='utf-8'))
    except ValueError as error:
        raise ValueError(f"'{path}' is not valid JSON ({error}); extract it again") from error
    if not isinstance(content, dict) or not all(
            isinstance(content.get(key), list) for key in ('images', 'annotations')):
        raise ValueError(f"'{path}' must be an object with the lists 'images' and 'annotations'")
    return content


def _image(entry, path):
    """Id and AnnotatedImage of an entry, still without instances."""
    number, name, height, width = _fields(entry, ('id', 'file_name', 'height', 'width'),
                                          f'{path}: image')
    # Archives made on other machines keep folders, also Windows ones, in the name.
    name = PurePosixPath(str(name).replace('\\', '/')).name
    where = f"{path}: image {number} ('{name}')"
    if {type(height), type(width)} != {int}:
        raise ValueError(f'{where}: height and width must be whole numbers, '
                         f'got {height!r} and {width!r}')
    return number, AnnotatedImage(where, name, height, width, [])


def _fields(entry, names, where):
    missing = [name for name in names if not isinstance(entry, dict) or name not in entry]
    if missing:
        raise ValueError(f'{where} without {missing}: {str(entry)[:200]}')
    strange = [name for name in names if name.endswith('id')
               and not isinstance(entry[name], (int, str))]
    if strange:
        raise ValueError(f'{where} with {strange} that are no ids: {str(entry)[:200]}')
    return [entry[name] for name in names]


def _checked(segmentation, height, width, where):
    """The segmentation without rings that enclose nothing; ValueError if it is not in the image."""
    if isinstance(segmentation, dict):
        _check_rle(segmentation, height, width, where)
        return segmentation
    for ring in segmentation if isinstance(segmentation, list) else [segmentation]:
        try:
            points = np.asarray(ring, dtype=float).reshape(-1, 2)
        except (TypeError, ValueError):
            raise ValueError(f'{where}: segmentation must be an RLE or a list of polygons '
                             f'[x1, y1, x2, y2, …], got {str(ring)[:80]}') from None
        if not (np.all(points >= -SLACK) and np.all(points <= (width + SLACK, height + SLACK))):
            raise ValueError(f'{where}: instance outside its image: polygon spans '
                             f'{points.min(0).tolist()} to {points.max(0).tolist()} (x, y), '
                             f'the image is {width} x {height}')
    return [ring for ring in segmentation if len(ring) >= SHORTEST_RING]


def _check_rle(segmentation, height, width, where):
    size, counts = _fields(segmentation, ('size', 'counts'), f'{where}: RLE')
    if size != [height, width]:
        raise ValueError(f'{where}: RLE of size {size} in an image of {[height, width]}')
    if isinstance(counts, list):
        total = sum(c if isinstance(c, int) else np.nan for c in counts)
        if total != height * width:
            raise ValueError(f'{where}: RLE counts sum to {total}, expected {height * width}')
