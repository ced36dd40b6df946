"""COCO-style instance files, checked entry by entry before anything is painted."""
import json
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from ...pictures import pixel_limit
from ...printable import counted
from .files import image_size, list_files
from .segmentations import check_segmentation


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


def load_instances(path: Path, categories: Sequence[dict]) -> tuple[list[AnnotatedImage], list[str]]:
    """Read an instance file whose ``category_id`` indexes ``categories``.

    Returns:
        tuple[list[AnnotatedImage], list[str]]: the images in the order of the file, and
        warnings: instances without area.

    Raises:
        FileNotFoundError: no such file.
        ValueError: names the file and the entry: not JSON, a field missing, an id or a file name
            used twice, categories of other names or in another order, an unknown category, an unknown
            image, an instance outside its image.
    """
    content = _read_json(path)
    names = dict(enumerate(categories))
    images = _images(content['images'], path)
    categories = content.get('categories') or []
    if not isinstance(categories, list):
        raise ValueError(f"'{path}': 'categories' is {str(categories)[:80]}, expected a list")
    _check_categories(categories, names, path)
    warnings = []
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
        segmentation, dropped = check_segmentation(segmentation, image.height, image.width, where)
        if segmentation:
            image.instances.append(Instance(where, category, segmentation))
        if dropped or not segmentation:
            left_out = counted(dropped, 'polygon') if segmentation else 'the instance'
            warnings.append(f'{where}: polygons of less than three points, {left_out} left out')
    return list(images.values()), warnings


def match_images(images: Sequence[AnnotatedImage], folder: Path, suffix: str | tuple[str, ...]) -> list[Path]:
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
        raise FileNotFoundError(f"there is no '{path}'; data/README.md of the source shows the tree")
    try:
        content = json.loads(Path(path).read_text(encoding='utf-8-sig'))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"'{path}' is not valid JSON ({error}); extract it again") from error
    if not isinstance(content, dict) or not all(
            isinstance(content.get(key), list) for key in ('images', 'annotations')):
        raise ValueError(f"'{path}' must be an object with the lists 'images' and 'annotations'")
    return content


def _images(entries, path):
    """AnnotatedImages by id, still without instances."""
    images, id_of = {}, {}
    for entry in entries:
        image_id, image = _image(entry, path)
        if image_id in images:
            raise ValueError(f'{path}: image {image_id}: this id is used twice')
        if image.file_name in id_of:
            raise ValueError(f'{image.where}: image {id_of[image.file_name]} has the same name, so '
                             'they would share one label map')
        images[image_id], id_of[image.file_name] = image, image_id
    return images


def _check_categories(entries, names, path):
    """ValueError where the file means other classes than ``names``, or numbers them otherwise."""
    ids = {_plain(name): number for number, name in names.items()}
    for entry in entries:
        number, name = _fields(entry, ('id', 'name'), f'{path}: category')
        if number not in names or _plain(name) == _plain(names[number]):
            continue
        if _plain(name) in ids:
            raise ValueError(f"{path}: category {number} is called '{name}', which has the id "
                             f'{ids[_plain(name)]} here; number the categories from '
                             '0 in the order of the class list, in the annotations too')
        raise ValueError(f"{path}: category {number} is called '{name}', expected '{names[number]}'; "
                         'nothing was painted. If it is the same class, give it this name in the file')


def _plain(name):
    """Names that differ in case, spaces and hyphens are one."""
    return str(name).lower().replace(' ', '').replace('-', '')


def _image(entry, path):
    """Id and AnnotatedImage of an entry, still without instances."""
    number, name, height, width = _fields(entry, ('id', 'file_name', 'height', 'width'),
                                          f'{path}: image')
    # Archives made on other machines keep folders, also Windows ones, in the name.
    name = PurePosixPath(str(name).replace('\\', '/')).name
    where = f"{path}: image {number} ('{name}')"
    if {type(height), type(width)} != {int} or min(height, width) < 1:
        raise ValueError(f'{where}: height and width must be whole numbers above 0, '
                         f'got {height!r} and {width!r}')
    if height * width > pixel_limit():
        raise ValueError(f'{where}: stated as {width} x {height}, more than {pixel_limit()} pixels')
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
