"""Fixtures shared by all tests: no hub, and miniature archives in the published layouts."""
import gc
import os
import tempfile

os.environ['HF_HUB_OFFLINE'] = '1'  # before any import of huggingface_hub: it retries for a minute
# not into the checkout
os.environ['HYPOTHESIS_STORAGE_DIRECTORY'] = os.path.join(tempfile.gettempdir(), 'hypothesis')

import json
from pathlib import Path

import mmengine.config
import numpy as np
import pytest
import torch
from hypothesis import settings
from mmengine.registry import init_default_scope
from PIL import Image

import mmpartseg  # noqa: F401  makes mmseg importable
from mmpartseg.taxonomy import load_metainfo
from tests.device import use_test_device
from tests.read_once import read_shipped_configs_once

IGNORE = 255
torch.set_num_threads(1)  # tiny tensors: more threads only wait for each other
# tests that fork need autograd to have started before torch.compile is imported
torch.ones((), requires_grad=True).backward()
init_default_scope('mmseg')
use_test_device()
read_shipped_configs_once()
settings.register_profile('busy machine', deadline=None)
settings.load_profile('busy machine')


class MiniArchive:
    """Writes samples of Pascal-Part-116 in the layout of its archive.

    ``add('train', '2008_1', {"cat's head": 30, "cat's tail": 10})`` paints the left-most columns
    with the classes, each over so many pixels in reading order, and leaves the rest ignored.
    """

    def __init__(self, root, size=(12, 16), name='pascal_part_116'):
        self.root, self.size = Path(root), size
        meta = load_metainfo(name)
        self.part_id = {c: i for i, c in enumerate(meta['object_part_classes'])}
        self.object_id = {c: i for i, c in enumerate(meta['object_classes'])}

    def path(self, kind, split, stem):
        """``kind`` is images, part or obj."""
        if kind == 'images':
            return self.root / 'images' / split / f'{stem}.jpg'
        return self.root / f'annotations_detectron2_{kind}' / split / f'{stem}.png'

    def add(self, split, stem, parts, objects=None, size=None):
        """``objects`` adds so many pixels of objects after those that the parts imply."""
        height, width = size or self.size
        part_map, object_map = np.full((2, height * width), IGNORE, np.uint8)
        start = 0
        for name, count in parts.items():
            part_map[start:start + count] = self.part_id[name]
            object_map[start:start + count] = self.object_id[name.split("'s ")[0]]
            start += count
        for name, count in (objects or {}).items():
            object_map[start:start + count] = self.object_id[name]
            start += count
        self.save(split, stem, part_map.reshape(height, width),
                  object_map.reshape(height, width))
        return part_map.reshape(height, width), object_map.reshape(height, width)

    def save(self, split, stem, part_map, object_map):
        """Writes the two maps and a gradient as their image."""
        height, width = part_map.shape
        y, x = np.mgrid[:height, :width]
        image = np.stack([x * 255 // width, y * 255 // height, (x + y) % 256], -1).astype(np.uint8)
        for kind, array in (('images', image), ('part', part_map), ('obj', object_map)):
            path = self.path(kind, split, stem)
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(array).save(path)


@pytest.fixture
def empty_archive(tmp_path):
    """A MiniArchive without samples."""
    return MiniArchive(tmp_path / 'PascalPart116')


@pytest.fixture
def pascal_archive(empty_archive):
    """Four training and two test images, with the stray files of the macOS archive.

    Training: ``both`` has a seen and an unseen object (cat, dog), ``boat`` a person and a boat,
    which has no parts, ``cat`` one seen object, ``dog`` one unseen object only.
    """
    archive = empty_archive
    archive.add('train', 'both', {"cat's head": 40, "dog's head": 30, "cat's tail": 10})
    archive.add('train', 'boat', {"person's torso": 20}, {'person': 10, 'boat': 30})
    archive.add('train', 'cat', {"cat's eye": 4, "cat's head": 60})
    archive.add('train', 'dog', {"dog's tail": 50})
    archive.add('val', 'bird', {"bird's wing": 25, "sheep's head": 12})
    archive.add('val', 'person', {"person's foot": 25})
    for kind in ('images', 'part', 'obj'):
        stray = archive.path(kind, 'train', '._cat')
        stray.write_bytes(b'\x00\x05\x16\x07Mac OS X')
    listed = [{'file_name': f'datasets/PascalPart116/images/train/{stem}.jpg'}
              for stem in ('cat', 'both', 'cat')]
    (archive.root / 'train_16shot.json').write_text(json.dumps(listed))
    return archive


def _with_subclasses(cls):
    yield cls
    for each in cls.__subclasses__():
        yield from _with_subclasses(each)


@pytest.fixture(autouse=True, scope='module')
def no_loggers_of_other_files():
    """mmengine keeps loggers and visualizers by name: those of one file of tests are not the next one's."""
    from mmengine.logging import MMLogger
    from mmengine.visualization import Visualizer
    for kept in (MMLogger, Visualizer):
        for each in _with_subclasses(kept):
            each._instance_dict.clear()


@pytest.fixture(autouse=True, scope='session')
def configs_unformatted():
    """Text of configs as mmengine writes it, without yapf, which takes 0.15 s each time."""
    imported = hasattr(mmengine.config.config, 'FormatCode')  # onedl-mmengine does when it is used
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(f"{'mmengine.config.config' if imported else 'yapf.yapflib.yapf_api'}.FormatCode",
                      lambda text, **style: (text, False))
        yield


@pytest.fixture(autouse=True, scope='module')
def modules_are_no_garbage():
    """A search for garbage leaves out what is imported, else 0.3 s each; mmengine wants one a data set."""
    gc.collect()
    gc.freeze()
