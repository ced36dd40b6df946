"""Annotations of one's own, from whatever tool, as a data set that can be trained on."""
import argparse
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from ...atomic import write_atomic
from ...orientation import UPRIGHT, orientation_of
from ...pictures import decode_picture, opened
from ...printable import counted
from ...shipped import config_path, shipped_root
from ...spelling import clean, fold
from ...taxonomy import SEPARATOR, split_name
from .files import write_label_map
from .painting import ignore_value, paint_large_first

BETWEEN = (':', '/', SEPARATOR)  # an object and its part
CONFIG = '''# {count} classes of your own; written by the importer, yours to change
_base_ = {base!r}
names = open({names!r}, encoding='utf-8').read().splitlines()
unseen = []  # objects that are kept out of training, to test on them
taxonomy = dict(object_parts=names, unseen_objects=unseen)
part_values = {{255: None, **dict(enumerate(names))}}
seen = [name for name in names if name.split("'s ")[0] not in unseen]
model = dict(decode_head=dict(train_taxonomy=seen, test_taxonomy=dict(_delete_=True, **taxonomy)))
load_from = {weights!r}  # fine-tune this
effective_batch_size = 2
train_dataloader = dict(dataset=dict(
    type='PartSegDataset', taxonomy=taxonomy, part_values=part_values, data_root={root!r},
    data_prefix=dict(img_path='images/train', seg_map_path='labels/train')))
val_dataloader = dict(dataset=dict(
    type='PartSegDataset', taxonomy=taxonomy, part_values=part_values, data_root={root!r},
    data_prefix=dict(_delete_=True, img_path='images/{val}', seg_map_path='labels/{val}')))
test_dataloader = val_dataloader
'''


class Annotated(NamedTuple):
    """One picture with its annotations.

    Attributes:
        picture (Path | bytes): its file, or the content.
        stem (str): of the names it gets.
        names (list[str]): the class of each mask, as of :func:`class_of`.
        masks (Callable): given (H, W) of the upright picture, their (H, W) bool masks.
        where (str): for messages.
    """
    picture: Path | bytes
    stem: str
    names: list
    masks: Callable
    where: str


def class_of(label: str, obj: str | None = None) -> str:
    """The class name of a label as people write them in annotation tools.

    Args:
        label (str): ``"cat's head"``, ``'cat: head'``, ``'cat/head'``, or the part alone.
        obj (str, optional): the object of labels that name a part alone.

    Returns:
        str: ``"cat's head"``.

    Raises:
        ValueError: a part alone, and no object is given; characters that cannot be shown.
    """
    if not clean(label).isprintable():
        raise ValueError(f'the label {label!r} holds characters that cannot be shown')
    for sign in BETWEEN:
        owner, between, part = clean(label).partition(sign)
        if between and clean(owner) and clean(part):
            return f'{clean(owner)}{SEPARATOR}{clean(part)}'
    if obj is None or not clean(label):
        raise ValueError(f"the label {label!r} names no object: write \"cat's head\", 'cat: head' or "
                         "'cat/head', or give the object of all such labels with --object")
    return f'{clean(obj)}{SEPARATOR}{clean(label)}'


def write_data_set(samples: list[Annotated], args: argparse.Namespace) -> Path:
    """Pictures, label maps, ``names.txt`` and ``config.py`` in the tutorial's layout; prints counts.

    Where masks overlap the smaller one wins; pixels without a mask are ignored. Pictures are stored upright,
    as PNG. Every n-th picture goes to validation.

    Args:
        samples (list[Annotated]): the pictures.
        args (argparse.Namespace): of ``tools/dataset_converters/converter_options.py``.

    Returns:
        Path: of the config.

    Raises:
        ValueError: no picture, no mask, two pictures of one name, or a folder that holds a data set already.
    """
    names = _spelled_alike([name for sample in samples for name in sample.names])
    classes = list(dict.fromkeys(names.values()))
    if len(classes) >= ignore_value(np.uint8):
        raise ValueError(f'the number of classes, {len(classes)}, does not fit into 8 bits; import fewer '
                         'at a time')
    if not classes:
        raise ValueError(f"{counted(len(samples), 'picture')}, and no annotation of a part in them")
    twice = [stem for stem, count in Counter(sample.stem for sample in samples).items() if count > 1]
    if twice:
        raise ValueError(f'several pictures are called {twice[:5]}; give them names of their own')
    if (args.out / 'names.txt').exists():
        raise ValueError(f"'{args.out}' holds a data set already; give another folder with --out")
    counts = {}
    for split, part in _splits(samples, args.val).items():
        counts[split] = np.zeros((2, len(classes)), np.int64)
        for sample in part:
            pixels = _write(sample, [classes.index(names[name]) for name in sample.names], args.out, split,
                            len(classes))
            counts[split] += np.stack([pixels > 0, pixels])
        print(f"{split}: {counted(len(part), 'picture')}")
    for i, name in enumerate(classes):
        print(f'  {name}: ' + ', '.join(
            f"{counted(count[0, i], 'picture')}, {counted(count[1, i], 'pixel')} in {split}"
            for split, count in counts.items()))
    write_atomic(args.out / 'names.txt', '\n'.join(classes).encode())
    config = args.out / 'config.py'
    weights = args.weights
    if weights is None and args.base == 'part_shapes':
        weights = str(shipped_root() / 'data' / 'miniature' / 'partclipseg.safetensors')
    write_atomic(config, CONFIG.format(
        count=len(classes), base=str(Path(config_path(args.base)).resolve()), weights=weights,
        names=str((args.out / 'names.txt').resolve()), root=str(args.out.resolve()),
        val='val' if 'val' in counts else 'train').encode())
    return config


def _spelled_alike(names):
    """Each name -> it in the first spelling of its words; upper and lower case are the same to CLIP."""
    first = {}
    return {name: SEPARATOR.join(first.setdefault(fold(word), word) for word in split_name(name))
            for name in names}


def _splits(samples, val_share):
    """``{'train': …, 'val': …}``; without ``val`` for one picture alone, or on request."""
    samples = sorted(samples, key=lambda sample: sample.stem)
    count = min(len(samples) - 1, max(1, round(val_share * len(samples)))) if val_share else 0
    if not count:
        return {'train': samples}
    chosen = set(np.linspace(0, len(samples) - 1, count + 2)[1:-1].round().astype(int).tolist())
    return {'train': [s for i, s in enumerate(samples) if i not in chosen],
            'val': [s for i, s in enumerate(samples) if i in chosen]}


def _write(sample, ids, out, split, num_classes):
    """Write picture and label map; returns (K,) pixels of each class."""
    picture, labels = (out / kind / split / f'{sample.stem}.png' for kind in ('images', 'labels'))
    for path in (picture, labels):
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        size = _store(sample.picture, picture)
        label_map = paint_large_first(size, sample.masks(size), ids)
    except Exception as error:  # decoders raise whatever a broken byte makes of their state
        raise ValueError(f'{sample.where}: {error}') from error
    write_label_map(labels, label_map)
    return np.bincount(label_map[label_map < num_classes], minlength=num_classes)


def _store(source, target):
    """Store a picture upright as PNG, a PNG that is upright as it is; returns (height, width)."""
    with opened(source) as image:
        kind, orientation, size = image.format, orientation_of(image), (image.height, image.width)
    if kind == 'PNG' and orientation == UPRIGHT and not isinstance(source, bytes):
        shutil.copyfile(source, target)
        return size
    pixels, _ = decode_picture(source if isinstance(source, bytes) else Path(source).read_bytes())
    Image.fromarray(pixels[..., ::-1]).save(target)
    return pixels.shape[:2]
