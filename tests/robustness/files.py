"""Every kind of file that is read: how a good one is written, what reads it, and what it then says."""
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import yaml
from mmengine.config import Config
from PIL import Image
from safetensors.torch import save_file
from scipy.io import savemat

from mmpartseg import taxonomy
from mmpartseg.apis import read_vocabulary
from mmpartseg.apis.images import read_image
from mmpartseg.checkpoints import read_checkpoint, save_safetensors
from mmpartseg.datasets.file_lists import listed_stems
from mmpartseg.datasets.label_maps import read_label_map
from mmpartseg.datasets.preparation.instances import load_instances
from mmpartseg.datasets.preparation.pascal_part_files import read_annotation
from mmpartseg.datasets.transforms import LoadPartImage
from mmpartseg.engine import read_config
from mmpartseg.evaluation.counts_file import load_counts, save_counts
from mmpartseg.taxonomy import PartTaxonomy, load_metainfo

SIZE = (48, 61)  # of pictures, in pixels
STEMS = {f'room/{i:03d}': f'room/{i:03d}.jpg' for i in range(20)}


class Kind(NamedTuple):
    """One kind of file.

    Attributes:
        name (str): of the file.
        write, read (Callable): take its path; what ``read`` returns is compared.
        free (str): why another content cannot be told from a damaged one, for what has no checksum and
            nothing to be held against; empty where any other content counts as silent.
    """
    name: str
    write: Callable
    read: Callable
    free: str = ''


PIXELS = 'pixels of a photograph'
TEXT = 'a text that is still valid'


def _picture():
    rng, (y, x) = np.random.default_rng(0), np.mgrid[:SIZE[0], :SIZE[1]]
    noise = rng.integers(0, 20, (*SIZE, 3))
    return Image.fromarray((np.stack([x * 3, y * 4, x + y], -1) + noise).astype(np.uint8))


def _labels(dtype=np.uint8, palette=False):
    image = Image.fromarray(np.random.default_rng(0).integers(0, 9, SIZE).astype(dtype))
    if palette:
        image.putpalette([i * 8 for i in range(30)])
    return image


def _state():
    return {f'layer.{i}.weight': torch.arange(40.) + i for i in range(6)}


def _checkpoint():
    return dict(state_dict=_state(), meta=dict(iter=4, text='a' * 50), history=np.arange(9.))


def _read_metainfo(path):
    taxonomy.METAINFO_DIR, before = path.parent, taxonomy.METAINFO_DIR
    try:
        return taxonomy.load_metainfo(path.stem)
    finally:
        taxonomy.METAINFO_DIR = before


def _with_card(path):
    save_file(_state(), path.parent / 'weights.safetensors')
    digest = hashlib.sha256((path.parent / 'weights.safetensors').read_bytes()).hexdigest()
    path.write_text(json.dumps(dict(sha256={'weights.safetensors': digest})))


def _vouched(path):
    save_file(_state(), path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    (path.parent / 'card.json').write_text(json.dumps(dict(sha256={path.name: digest})))


def _coco(path):
    path.write_text(json.dumps(dict(
        images=[dict(id=i, file_name=f'{i}.jpg', height=20, width=30) for i in range(3)],
        annotations=[dict(id=i, image_id=i, category_id=0, iscrowd=0, segmentation=[[1, 1, 9, 1, 9, 9, 1, 9]])
                     for i in range(3)],
        categories=[dict(id=0, name='Quadruped Head')])))


def _mat(path):
    mask = np.random.default_rng(0).integers(0, 2, SIZE, np.uint8)
    parts = {'part_name': 'head', 'mask': mask}
    savemat(path, {'anno': {'objects': {'class': 'cat', 'mask': mask, 'parts': parts}}}, do_compression=True)


WORDS = {'cat': ['head', 'tail'], 'dog': ['head', 'paw', 'snout']}
KINDS = [
    *[Kind(f'photo.{suffix}', lambda p: _picture().save(p),
           lambda p: LoadPartImage().transform(dict(img_path=str(p)))['img'], PIXELS)
      for suffix in ('jpg', 'webp', 'bmp', 'tif', 'gif', 'ppm')],
    Kind('photo.png', lambda p: _picture().save(p), lambda p: read_image(str(p))),
    Kind('labels.png', lambda p: _labels().save(p), lambda p: read_label_map(str(p))),
    Kind('labels16.png', lambda p: _labels(np.uint16).save(p), lambda p: read_label_map(str(p))),
    Kind('palette.png', lambda p: _labels(palette=True).save(p), lambda p: read_label_map(str(p))),
    Kind('zip.pth', lambda p: torch.save(_checkpoint(), p), read_checkpoint),
    Kind('old.pth', lambda p: torch.save(_checkpoint(), p, _use_new_zipfile_serialization=False),
         read_checkpoint),
    Kind('ours.safetensors', lambda p: save_safetensors(_state(), p), read_checkpoint),
    Kind('carded.safetensors', _vouched, read_checkpoint),
    Kind('card.json', _with_card, lambda p: read_checkpoint(p.parent / 'weights.safetensors')),
    Kind('counts.npz', lambda p: save_counts(p, {'pred_all/confusion': np.ones((3, 2), np.int64)},
                                             PartTaxonomy(["cat's head", "cat's tail"])), load_counts),
    Kind('pascal_part_116.json', lambda p: p.write_bytes(
        (taxonomy.METAINFO_DIR / 'pascal_part_116.json').read_bytes()), _read_metainfo),
    Kind('annotation.mat', _mat, lambda p: read_annotation(p, SIZE, load_metainfo('pascal_part_116'))),
    Kind('list.txt', lambda p: p.write_text(''.join(f'{stem}\n' for stem in STEMS)),
         lambda p: listed_stems(str(p), STEMS, '.jpg'), TEXT),
    Kind('shots.json', lambda p: p.write_text(json.dumps([{'file_name': name} for name in STEMS.values()])),
         lambda p: listed_stems(str(p), STEMS, '.jpg'), TEXT),
    Kind('coco.json', _coco, lambda p: load_instances(p, ['Quadruped Head']), TEXT),
    Kind('words.yaml', lambda p: p.write_text(yaml.safe_dump(WORDS)), lambda p: read_vocabulary(p), TEXT),
    Kind('words.json', lambda p: p.write_text(json.dumps(WORDS)), lambda p: read_vocabulary(p), TEXT),
    Kind('words.txt', lambda p: p.write_text('cat: head, tail\ndog: head, paw\n'),
         lambda p: read_vocabulary(p), TEXT),
    Kind('config.py', lambda p: p.write_text("model = dict(type='PartSegmentor', channels=[1, 2, 3])\n"
                                             "data = dict(root='data/mine', classes=('a', 'b'))\n"),
         lambda p: read_config(str(p), {}), TEXT),
]


def content(value):
    """What a reader returned, as bytes that are equal for equal content."""
    if torch.is_tensor(value):
        return repr((str(value.dtype), tuple(value.shape))).encode() + value.contiguous().numpy().tobytes()
    if isinstance(value, np.ndarray):
        return repr((str(value.dtype), value.shape)).encode() + value.tobytes()
    if isinstance(value, Config):
        return content(value.to_dict())
    if isinstance(value, PartTaxonomy):
        return content([value.object_parts, value.unseen_objects])
    if isinstance(value, dict):
        return b'{' + b','.join(sorted(content(k) + b':' + content(v) for k, v in value.items())) + b'}'
    if isinstance(value, (list, tuple)):
        return b'[' + b','.join(map(content, value)) + b']'
    return repr(value).encode()


def kind_named(name):
    """The :class:`Kind` of a file's name."""
    return next(kind for kind in KINDS if kind.name == Path(name).name)
