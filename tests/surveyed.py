"""Masks of many forms."""
from mmseg.registry import DATASETS
from PIL import Image

CAT = ["cat's head"]
NAMES = ["cat's head", "cat's tail", "dog's head"]


def write(folder, images, objects=None):
    for kind, maps in (('labels', images), ('objects', objects or [])):
        (folder / kind).mkdir(parents=True)
        for i, image in enumerate(maps):
            image.save(folder / kind / f'{i}.png')
    (folder / 'images').mkdir()
    for i in range(len(images)):
        Image.new('RGB', images[0].size).save(folder / 'images' / f'{i}.jpg')


def build(folder, taxonomy, **options):
    prefix = dict(img_path='images', seg_map_path='labels')
    if list((folder / 'objects').iterdir()):
        prefix['object_map_path'] = 'objects'
    return DATASETS.build(dict(dict(
        type='PartSegDataset', taxonomy=taxonomy, data_root=str(folder), data_prefix=prefix,
        pipeline=[dict(type='LoadPartImage'), dict(type='LoadPartAnnotations'),
                  dict(type='PackPartSegInputs')]), **options))
