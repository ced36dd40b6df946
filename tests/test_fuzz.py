"""Corrupted files: every reader returns, or raises an error that names the file, and never hangs."""
import json
import signal

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from mmengine.config import Config
from PIL import Image
from safetensors.torch import save_file

from mmpartseg.apis.images import read_image
from mmpartseg.checkpoints import read_checkpoint
from mmpartseg.datasets.file_lists import read_names
from mmpartseg.datasets.label_maps import read_label_map
from mmpartseg.datasets.preparation.instances import load_instances
from mmpartseg.datasets.transforms import LoadPartImage
from mmpartseg.evaluation.counts_file import load_counts, save_counts
from mmpartseg.taxonomy import PartTaxonomy
from tests.runs import ROOT

ROUNDS = 60
SECONDS = 20  # that no single read takes


def corrupt(content, rng):
    """One to three random changes: a flipped bit, bytes put in, bytes taken out, the end cut off."""
    data = bytearray(content)
    for _ in range(rng.integers(1, 4)):
        at, length = int(rng.integers(len(data) + 1)), int(rng.integers(1, 9))
        change = rng.integers(4)
        if change == 0 and at < len(data):
            data[at] ^= 1 << int(rng.integers(8))
        elif change == 1:
            data[at:at] = rng.bytes(length)
        elif change == 2:
            del data[at:at + length]
        elif change == 3:
            del data[at:]
    return bytes(data)


def picture(path):
    y, x = np.mgrid[:24, :31]
    Image.fromarray(np.stack([x * 8, y * 9, x + y], -1).astype(np.uint8)).save(path)


def label_map(path):
    Image.fromarray(np.arange(24 * 31, dtype=np.uint8).reshape(24, 31) % 7).save(path)


def names(path):
    path.write_text(json.dumps([{'file_name': f'images/{i}.jpg'} for i in range(20)]))


def coco(path):
    path.write_text(json.dumps(dict(
        images=[dict(id=1, file_name='a.jpg', height=20, width=30)],
        annotations=[dict(id=1, image_id=1, category_id=0, iscrowd=0,
                          segmentation=[[1, 1, 9, 1, 9, 9, 1, 9]])],
        categories=[dict(id=0, name='Quadruped Head')])))


def state():
    return dict(state_dict={f'layer.{i}.weight': torch.arange(40.) for i in range(6)},
                meta=dict(iter=4, text='a' * 50), history=np.arange(9.))


READERS = {
    'photo.jpg': (picture, lambda p: LoadPartImage().transform(dict(img_path=str(p)))),
    'photo.png': (picture, lambda p: read_image(str(p))),
    'photo.webp': (picture, lambda p: read_image(str(p))),
    'labels.png': (label_map, lambda p: read_label_map(str(p))),
    'shots.json': (names, lambda p: read_names(str(p))),
    'coco.json': (coco, lambda p: load_instances(p, ['Quadruped Head'])),
    'zip.pth': (lambda p: torch.save(state(), p), read_checkpoint),
    'legacy.pth': (lambda p: torch.save(state(), p, _use_new_zipfile_serialization=False),
                   read_checkpoint),
    'some.safetensors': (lambda p: save_file(state()['state_dict'], p), read_checkpoint),
    'counts.npz': (lambda p: save_counts(p, {'pred_all/confusion': np.ones((3, 2), np.int64)},
                                         PartTaxonomy(["cat's head", "cat's tail"])), load_counts),
}


@pytest.fixture
def no_hang():
    """SIGALRM, whose handler raises, after a time that no read takes."""
    def late(*_):
        raise TimeoutError('the reader hangs')
    before = signal.signal(signal.SIGALRM, late)
    yield lambda: signal.alarm(SECONDS)
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.filterwarnings('ignore')
@pytest.mark.parametrize('name', READERS)
def test_corrupted_files(name, tmp_path, no_hang):
    write, read = READERS[name]
    path = tmp_path / name
    write(path)
    content = path.read_bytes()
    read(path)  # intact
    refused = 0
    for seed in range(ROUNDS):
        path.write_bytes(corrupt(content, np.random.default_rng(seed)))
        no_hang()
        try:
            read(path)
        except ValueError as error:
            assert name in str(error), f'seed {seed}: {error}'
            refused += 1
    assert refused > ROUNDS // 5


@pytest.mark.parametrize('content', [b'', b'\0', b'[' * 100000, b'{"a":' * 50000, b'\xff\xfe' * 40])
@pytest.mark.parametrize('name', READERS)
def test_files_of_something_else(name, content, tmp_path, no_hang):
    (tmp_path / name).write_bytes(content)
    no_hang()
    with pytest.raises(ValueError, match=name):
        READERS[name][1](tmp_path / name)


VALUES = st.one_of(st.integers(), st.booleans(), st.floats(allow_nan=False), st.none(), st.text(),
                   st.lists(st.integers(), max_size=3))
CONFIG = Config.fromfile(ROOT / 'configs/partclipseg/part_shapes.py')


def flat(node, path=()):
    """Dotted key -> value of everything below a node of a config that is no dictionary."""
    if not isinstance(node, dict):
        return {'.'.join(path): node}
    return {key: value for name in node for key, value in flat(node[name], (*path, name)).items()}


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(flat(CONFIG._cfg_dict.to_dict()))), VALUES, max_size=4))
def test_overrides_change_what_they_name_and_nothing_else(overrides):
    """As --cfg-options passes them on."""
    before = CONFIG._cfg_dict.to_dict()
    changed = Config(before)
    changed.merge_from_dict(overrides)
    assert flat(changed._cfg_dict.to_dict()) == {**flat(before), **overrides}
