"""A model whose objects are drawn."""
import pytest
from mmseg.structures import SegDataSample

from tests.tiny import segmentor

WHOLE = dict(mode='whole')


def drawn_model(seed=0, spread=0.5):
    """A model in which several objects and parts win somewhere."""
    model = segmentor(seed)
    for branch in (model.decode_head.mask_branch, model.decode_head.object_part_branch):
        branch[-1].bias.data.zero_()
    for film in (model.decode_head.decoder.film, model.decode_head.object_part_film):
        film.mul.weight.data.normal_(std=spread)
        film.add.weight.data.normal_(std=spread)
    return model


@pytest.fixture(name='model', scope='module')
def model_fixture():
    return drawn_model()


def plain(count=1, size=(20, 25)):
    return [SegDataSample(metainfo=dict(ori_shape=size)) for _ in range(count)]
