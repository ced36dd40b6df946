"""Paint the part and object maps of data/sample_pascal_part from its polygons.

The folder has the layout of Pascal-Part-116. `annotations.json` holds a list `photos`; each photo
has `file`, `split` and `entries`, painted in order so that later ones lie over earlier ones. An
entry has `polygons` ([x1, y1, x2, y2, ...] in pixels, (0, 0) = top left corner of the image) and

  object, part         labels pixels of the object; what lies outside the object is cut off
  object, part null    object without a part: its outline, or a bit of it in front of its parts
  object null          nothing that has a class: hides what was painted before

Nothing is written unless every photo is in order.
"""
import argparse
import json
from pathlib import Path

DATA = Path(__file__).resolve().parents[2] / 'data' / 'sample_pascal_part'


def parse_args():
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--data', type=Path, default=DATA,
                        help='folder with images/ and annotations.json (default: %(default)s)')
    parser.add_argument('--out', type=Path, help='folder for the maps (default: the same)')
    return parser.parse_args()


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

import numpy as np

from mmpartseg.datasets.preparation import (
    decode_mask,
    ignore_value,
    image_size,
    run_main,
    write_label_map,
)
from mmpartseg.printable import counted
from mmpartseg.taxonomy import load_metainfo, split_name

SPLITS = ('train', 'val')
NONE = ignore_value(np.uint8)


def read_photos(path):
    """The photos in an annotation file; each has a file name, a known split and entries.

    Raises:
        FileNotFoundError: no such file.
        ValueError: names the photo: no JSON, a missing key, an unknown split, a photo named twice.
    """
    try:
        photos = json.loads(Path(path).read_text())['photos']
    except FileNotFoundError:
        raise FileNotFoundError(f"there is no annotation file '{path}'") from None
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"'{path}' is no JSON object with a list 'photos' ({error!r})") from error
    seen = set()
    for number, photo in enumerate(photos, 1):
        where = f"photo {number} ('{photo.get('file')}')"
        for key in ('file', 'split', 'entries'):
            if not photo.get(key):
                raise ValueError(f"{where}: '{key}' is missing or empty")
        if photo['split'] not in SPLITS:
            raise ValueError(f"{where}: split must be one of {SPLITS}, got '{photo['split']}'")
        stem = (photo['split'], Path(photo['file']).stem)
        if stem in seen:
            raise ValueError(f'{where}: there is another photo of that name')
        seen.add(stem)
    return photos


def class_ids(entry, metainfo, where):
    """``(object id, part id)`` of an entry, each `NONE` where the entry has null."""
    for key in ('object', 'part', 'polygons'):
        if key not in entry:
            raise ValueError(f"{where}: '{key}' is missing")
    ids = []
    for key, names in (('object', metainfo['object_classes']),
                       ('part', metainfo['object_part_classes'])):
        if entry[key] is not None and entry[key] not in names:
            raise ValueError(f"{where}: unknown {key} {entry[key]!r}")
        ids.append(NONE if entry[key] is None else names.index(entry[key]))
    if entry['part'] is not None and split_name(entry['part'])[0] != entry['object']:
        raise ValueError(f"{where}: the part does not belong to object {entry['object']!r}")
    return ids


def polygon_mask(polygons, shape, where):
    """(H, W) bool mask of what the polygons of an entry cover."""
    if not isinstance(polygons, list) or not polygons:
        raise ValueError(f"{where}: 'polygons' must be a list of at least one polygon")
    height, width = shape
    checked = []
    for number, polygon in enumerate(polygons, 1):
        here = f'{where}, polygon {number}'
        try:
            points = np.array(polygon, np.float64).reshape(-1, 2)
        except (TypeError, ValueError):
            raise ValueError(f'{here}: must read [x1, y1, x2, y2, ...]') from None
        if len(points) < 3:
            raise ValueError(f'{here}: needs at least 3 points, got {len(points)}')
        outside = points[~((points >= 0) & (points <= (width, height))).all(1)]
        if len(outside):
            raise ValueError(f'{here}: point {outside[0].tolist()} lies outside the image of '
                             f'{width} x {height} pixels')
        checked.append(points.ravel().tolist())
    return decode_mask(checked, height, width, where)


def render(photo, shape, metainfo):
    """The part map and the object map of a photo.

    Args:
        photo (dict): a photo of :func:`read_photos`.
        shape (tuple[int]): (H, W) of its image.
        metainfo (dict): the class lists of Pascal-Part-116.

    Returns:
        tuple[ndarray, ndarray]: two (H, W) uint8 maps.

    Raises:
        ValueError: names photo and entry: an unknown class, a polygon that is damaged or leaves
            the image, an entry that paints nothing.
    """
    parts, objects = np.full((2, *shape), NONE, np.uint8)
    for number, entry in enumerate(photo['entries'], 1):
        label = entry.get('part') or entry.get('object') or 'nothing'
        where = f"photo '{photo['file']}', entry {number} ({label})"
        object_id, part_id = class_ids(entry, metainfo, where)
        mask = polygon_mask(entry['polygons'], shape, where)
        if part_id == NONE:
            objects[mask] = object_id
        else:
            mask &= objects == object_id
        if not mask.any():
            raise ValueError(f"{where}: covers no pixel"
                             + (f" of a {entry['object']}" if part_id != NONE else ''))
        parts[mask] = part_id
    return parts, objects


def convert(data, out):
    """Paint the maps of every photo in ``data`` into ``out``; returns the number of photos."""
    data, out = Path(data), Path(out)
    metainfo = load_metainfo('pascal_part_116')
    maps = {}
    for photo in read_photos(data / 'annotations.json'):
        split, name = photo['split'], photo['file']
        shape = image_size(data / 'images' / split / name)
        for kind, labels in zip(('part', 'obj'), render(photo, shape, metainfo)):
            folder = out / f'annotations_detectron2_{kind}' / split
            maps[folder / f'{Path(name).stem}.png'] = labels
    for path, labels in maps.items():
        write_label_map(path, labels)
    return len(maps) // 2


def main():
    args = parse_args()
    out = args.out or args.data
    print(f"painted the maps of {counted(convert(args.data, out), 'photo')} in {out}")


if __name__ == '__main__':
    run_main(main)
