"""The archives of the benchmarks in miniature: a few small images in the exact layouts.

A scene is a list of objects, each ``(name, box, parts)`` with ``parts`` a list of ``(name, box)``;
a box is (top, left, bottom, right) in pixels, bottom and right exclusive. ``part_map`` and
``object_map`` paint a scene one box after the other: the slow reference of the converters.
"""
import json

import cv2
import numpy as np
from PIL import Image
from pycocotools import mask as coco_mask
from scipy.io import savemat

from mmpartseg.taxonomy import load_metainfo
from tests.miniature_scenes import ADE_SCENES, PART_IMAGENET_SCENES, PASCAL_SCENES, VOC_SCENES

SHAPE = (48, 64)


def box_mask(box):
    """(H, W) bool mask of a box."""
    mask = np.zeros(SHAPE, bool)
    mask[box[0]:box[2], box[1]:box[3]] = True
    return mask


def object_map(scene, names, nothing=255):
    """Object ids of a scene, one box after the other."""
    labels = np.full(SHAPE, nothing, np.uint8)
    for name, box, _ in scene:
        labels[box_mask(box)] = names.index(name)
    return labels


def part_map(scene, names, dtype=np.uint8):
    """Part ids of a scene, one box after the other; the largest value of ``dtype`` is 'none'."""
    labels = np.full(SHAPE, np.iinfo(dtype).max, dtype)
    for name, _, parts in scene:
        for part, box in parts:
            labels[box_mask(box)] = names.index(f"{name}'s {part}")
    return labels


def write_pascal_part_116(root):
    """The OV-PARTS archive PascalPart116, packed on macOS; its training scenes have 16 shots."""
    meta = load_metainfo('pascal_part_116')
    for split, scenes in PASCAL_SCENES.items():
        for stem, scene in scenes.items():
            write_image(root / f'images/{split}/{stem}.jpg')
            write_map(root / f'annotations_detectron2_part/{split}/{stem}.png',
                      part_map(scene, meta['object_part_classes']))
            write_map(root / f'annotations_detectron2_obj/{split}/{stem}.png',
                      object_map(scene, meta['object_classes']))
        _write_resource_forks(root, split, 'images', 'annotations_detectron2_obj',
                              'annotations_detectron2_part')
    _write_json(root / 'train_16shot.json',
                [{'file_name': f'datasets/PascalPart116/images/train/{stem}.jpg'}
                 for stem in PASCAL_SCENES['train']])


def write_ade20k_part_234(root):
    """The OV-PARTS archive ADE20KPart234 as published: no object maps."""
    meta = load_metainfo('ade20k_part_234')
    for split, scenes in ADE_SCENES.items():
        for stem, scene in scenes.items():
            write_image(root / f'images/{split}/{stem}.jpg')
            write_map(root / f'annotations_detectron2_part/{split}/{stem}.png',
                      part_map(scene, meta['object_part_classes'], np.uint16))
        _write_resource_forks(root, split, 'images', 'annotations_detectron2_part')
        entries = [(f'{stem}.jpg', [(meta['object_classes'].index(name), box)
                                    for name, box, _ in scene]) for stem, scene in scenes.items()]
        short = {'training': 'train', 'validation': 'val'}[split]
        _write_json(root / f'ade20k_instance_{short}.json',
                    coco_content(entries, meta['object_classes']))
    _write_json(root / 'train_16shot.json',
                [{'file_name': f'datasets/ADE20KPart234/images/training/{stem}.jpg'}
                 for stem in ADE_SCENES['training']])


def write_part_imagenet(root):
    """The release PartImageNet "Seg": images of all objects and the instances of their parts."""
    categories = [c['name'] for c in load_metainfo('part_imagenet')['coco_part_categories']]
    for split, scenes in PART_IMAGENET_SCENES.items():
        for stem in scenes:
            write_image(root / f'images/{split}/{stem}.JPEG')
        _write_resource_forks(root, split, 'images')
        entries = [(f'{stem}.JPEG', [(categories.index(part), box)
                                     for _, _, parts in scene for part, box in parts])
                   for stem, scene in scenes.items()]
        _write_json(root / f'{split}.json', coco_content(entries, categories))


def write_voc_2010(voc, annotations):
    """VOC 2010 with VOC's own lists, and Pascal-Part's folder of ``.mat`` files."""
    for split, scenes in VOC_SCENES.items():
        for stem, scene in scenes.items():
            write_image(voc / f'JPEGImages/{stem}.jpg')
            write_annotation(annotations / f'{stem}.mat', stem, scene)
        lines = voc / f'ImageSets/Main/{split}.txt'
        lines.parent.mkdir(parents=True, exist_ok=True)
        lines.write_text(''.join(f'{stem}\n' for stem in scenes))


def write_annotation(path, stem, scene):
    """A Pascal-Part ``.mat`` file: struct arrays, a 0 x 0 array where an object has no parts."""
    path.parent.mkdir(parents=True, exist_ok=True)
    objects = [{'class': name, 'class_ind': 1, 'mask': box_mask(box).astype(np.uint8),
                'parts': _structs([{'part_name': code, 'mask': box_mask(b).astype(np.uint8)}
                                   for code, b in parts])}
               for name, box, parts in scene]
    savemat(path, {'anno': {'imname': stem, 'objects': _structs(objects)}})


def coco_content(entries, categories):
    """An instance file; by turns polygons, compressed and uncompressed RLE.

    Args:
        entries (list): ``(file name, [(category, box)])``.
        categories (list[str]): names in the order of ids.
    """
    images, annotations = [], []
    for number, (name, instances) in enumerate(entries, 1):
        images.append({'id': number, 'file_name': name, 'height': SHAPE[0], 'width': SHAPE[1]})
        for category, box in instances:
            form = (polygons, rle, uncompressed_rle)[len(annotations) % 3]
            annotations.append({'id': 100 + len(annotations), 'image_id': number, 'iscrowd': 0,
                                'category_id': category, 'segmentation': form(box)})
    return {'images': images, 'annotations': annotations,
            'categories': [{'id': i, 'name': name} for i, name in enumerate(categories)]}


def polygons(box):
    """A box as one polygon."""
    top, left, bottom, right = box
    return [[left, top, right, top, right, bottom, left, bottom]]


def rle(box):
    """A box as compressed RLE in JSON's types."""
    code = coco_mask.encode(np.asfortranarray(box_mask(box).astype(np.uint8)))
    return {'size': list(SHAPE), 'counts': code['counts'].decode()}


def uncompressed_rle(box):
    """A box as run lengths, column by column, starting with zeros."""
    flat = box_mask(box).ravel(order='F').astype(int)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flat, [1 - flat[-1]]])))
    return {'size': list(SHAPE), 'counts': np.diff(np.concatenate([[0], edges])).tolist()}


def write_image(path):
    """A noise image, the same for the same name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(list(path.stem.encode())).integers(0, 256, (*SHAPE, 3), np.uint8)
    cv2.imwrite(str(path), noise)


def write_map(path, labels):
    """A label map as 8- or 16-bit PNG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(labels).save(path)


def _write_resource_forks(root, split, *folders):
    for folder in folders:
        for path in list((root / folder / split).iterdir()):
            path.with_name(f'._{path.name}').write_bytes(b'\0\5\x16\7Mac OS X')


def _write_json(path, content):
    path.write_text(json.dumps(content))


def _structs(entries):
    """A 1 x n struct array as MATLAB stores it."""
    if not entries:
        return np.zeros((0, 0))
    array = np.empty((1, len(entries)), dtype=[(key, object) for key in entries[0]])
    for i, entry in enumerate(entries):
        array[0, i] = tuple(entry.values())
    return array
