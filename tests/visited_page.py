"""What both tests of the web page need."""
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mmpartseg.apis import PartSegInferencer
from tests.tiny_model import write_model

RGB = np.random.default_rng(0).integers(0, 256, (24, 40, 3), dtype=np.uint8)
MARKUP = '<img src=x onerror=window.hit=1>${window.hit=1}{{1}}'
PARTS = 'cat: head, tail; cow: head'


@pytest.fixture(name='inferencer', scope='module')
def inferencer_fixture(tmp_path_factory):
    return PartSegInferencer(*write_model(tmp_path_factory.mktemp('model')))


def document(downloads):
    return json.loads(next(Path(path) for path in downloads if path.endswith('.json')).read_text())


def picture_file(folder, kind):
    """The same picture in 16 bits, or shown through on white; and one that is damaged."""
    path = folder / f'{kind}.png'
    gray = RGB[..., 0]
    if kind == '16 bit':
        Image.fromarray(gray.astype(np.uint16) * 257).save(path)
    elif kind == 'transparent':
        Image.fromarray(np.dstack([RGB, np.zeros_like(gray)])).save(path)
    else:
        Image.fromarray(RGB).save(path)
        path.write_bytes(path.read_bytes()[:300])
    return str(path)
