"""A picture, and maps of predictions."""
import numpy as np
import pytest
from PIL import Image

RGB = np.random.default_rng(0).integers(0, 256, (24, 40, 3), dtype=np.uint8)


@pytest.fixture(name='picture')
def picture_fixture(tmp_path):
    (tmp_path / 'images').mkdir()
    Image.fromarray(RGB).save(tmp_path / 'images' / 'a.png')
    return str(tmp_path / 'images' / 'a.png')


def maps(samples):
    return [sample.pred_sem_seg.data for sample in samples]
