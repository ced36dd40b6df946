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

SHAPE = (48, 64)

PASCAL_SCENES = {
    'train': {
        '2008_000001': [('cat', (4, 4, 40, 40), [('torso', (16, 4, 40, 40)),
                                                 ('head', (4, 4, 16, 20)),
                                                 ('eye', (8, 6, 10, 9))])],
        '2008_000002': [('dog', (10, 20, 44, 60), [('torso', (20, 20, 40, 50)),
                                                   ('muzzle', (12, 50, 18, 60))])],
        '2008_000003': [('person', (0, 0, 48, 12), [('head', (0, 2, 10, 10)),
                                                    ('lower arm', (20, 0, 26, 12))]),
                        ('boat', (30, 20, 48, 64), [])],
    },
    'val': {
        '2008_000004': [('bird', (5, 5, 30, 30), [('wing', (8, 8, 20, 28)),
                                                  ('beak', (5, 5, 8, 8))])],
        '2008_000005': [('cat', (2, 30, 46, 62), [('head', (2, 30, 20, 50)),
                                                  ('tail', (30, 50, 46, 62))])],
    },
}
ADE_SCENES = {
    'training': {
        'ADE_train_00000001': [('chair', (8, 8, 40, 30), [('leg', (30, 8, 40, 12)),
                                                          ('seat', (20, 8, 28, 30))]),
                               ('person', (0, 40, 48, 60), [('head', (0, 44, 10, 56))])],
        # The bus covers the person in the file's order, the part map shows the person's arm.
        'ADE_train_00000002': [('person', (10, 10, 40, 30), [('torso', (12, 12, 24, 18))]),
                               ('bus', (6, 20, 44, 62), [('wheel', (36, 24, 44, 32)),
                                                         ('window', (10, 40, 20, 60))])],
        'ADE_train_00000003': [('desk', (20, 2, 46, 60), [('top', (20, 2, 24, 60)),
                                                          ('leg', (24, 2, 46, 6))])],
    },
    'validation': {
        'ADE_val_00000001': [('bench', (20, 4, 44, 50), [('seat', (24, 4, 30, 50))]),
                             ('light', (0, 50, 8, 64), [('shade', (0, 52, 6, 62))])],
        'ADE_val_00000002': [('door', (0, 20, 48, 40), [('handle', (22, 36, 25, 39))])],
    },
}
# Part names carry their super-class, as in the release; n02085620 is not one of the 40 objects.
PART_IMAGENET_SCENES = {
    'train': {
        'n02129604_7': [('tiger', None, [('Quadruped Body', (10, 10, 40, 50)),
                                         ('Quadruped Head', (4, 44, 20, 60))])],
        'n02422699_12': [('impala', None, [('Quadruped Head', (2, 2, 12, 12)),
                                           ('Quadruped Foot', (40, 10, 48, 16))])],
        'n02085620_5': [('Chihuahua', None, [('Quadruped Head', (2, 2, 12, 12))])],
    },
    'val': {
        'n02701002_3': [('ambulance', None, [('Car Body', (10, 4, 36, 60)),
                                             ('Car Side Mirror', (14, 40, 18, 46))])],
        'n02690373_44': [('airliner', None, [('Aeroplane Wing', (20, 0, 26, 64))])],
    },
}
# The codes of the scenes in VOC_SCENES: each (object, [(code, box)]).
VOC_SCENES = {
    'train': {
        '2008_000001': [('cat', (4, 4, 40, 40), [('leye', (8, 6, 10, 9)),
                                                 ('head', (4, 4, 16, 20)),
                                                 ('lfpa', (36, 4, 40, 8)),
                                                 ('rbleg', (30, 4, 40, 8))]),
                        ('table', (40, 0, 48, 64), [])],
        '2008_000002': [('train', (0, 0, 40, 64), [('hfrontside', (10, 0, 30, 10)),
                                                   ('cleftside_12', (10, 30, 30, 60)),
                                                   ('coach_1', (5, 28, 35, 62))])],
        '2008_000003': [('sofa', (20, 20, 40, 40), [])],
    },
    'val': {
        '2008_000004': [('person', (0, 0, 48, 20), [('ruarm', (10, 0, 16, 8)),
                                                    ('rlarm', (16, 0, 22, 8))]),
                        ('bus', (2, 24, 46, 64), [('bliplate', (40, 30, 43, 36)),
                                                  ('window_20', (4, 30, 20, 50))])],
    },
}


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
