"""Options of ``test_cfg`` that a segmentor refuses."""
import re

import pytest
import torch
from mmengine.config import ConfigDict
from mmseg.registry import MODELS

from mmpartseg.models.segmentors.windows import windows_of
from tests.tiny_cost import cost_config, cost_segmentor

IMAGE = torch.zeros(1, 3, 32, 32)


def test_a_score_of_the_background_where_there_is_none():
    message = 'test_cfg.background_logit=0.5: CATSegHead has no background class; leave it out'
    cfg = cost_config('cvpr24')
    cfg['test_cfg'].background_logit = 0.5
    with pytest.raises(ValueError, match=message):
        MODELS.build(cfg)
    model = cost_segmentor('cvpr24')
    model.test_cfg.background_logit = 0.5
    with pytest.raises(ValueError, match=message):
        model.predict(IMAGE)


def test_a_score_of_the_background_where_the_head_is_one_of_mmseg():
    cfg = dict(cost_config('cvpr24'), taxonomy=["cat's head", "cat's tail"], decode_head=dict(
        type='FCNHead', in_channels=24, in_index=-1, channels=8, num_convs=1, num_classes=2))
    cfg['test_cfg'] = ConfigDict(mode='whole', background_logit=0.)
    with pytest.raises(ValueError, match='background_logit=0.0: FCNHead has no background class'):
        MODELS.build(cfg)
    cfg['decode_head'].update(num_classes=3)
    with torch.no_grad():
        scores = MODELS.build(cfg).eval().encode_decode(IMAGE, [dict(img_shape=(32, 32))])
    assert (scores[:, 2] == 0).all()


TILES, SLIDE = dict(mode='tiles_and_whole', size=(64, 64), tile=32, stride=16), dict(
    mode='slide', crop_size=(32, 32), stride=(16, 16))


@pytest.mark.parametrize('cfg, option, value, message', [
    (TILES, 'size', None, "two positive integers, as mode='tiles_and_whole' takes size, tile, stride"),
    (TILES, 'size', 64, "two positive integers, as mode='tiles_and_whole'"),
    (TILES, 'tile', (32, 32), 'a positive integer, as mode='), (TILES, 'stride', 0, 'a positive integer, as'),
    (SLIDE, 'crop_size', None, "two positive integers, as mode='slide' takes crop_size, stride"),
    (SLIDE, 'stride', (0, 16), "two positive integers, as mode='slide'")])
def test_windows_of_options_that_are_missing_or_no_sizes(cfg, option, value, message):
    windows_of(ConfigDict(cfg))
    changed = ConfigDict({name: each for name, each in cfg.items() if name != option})
    if value is not None:
        changed[option] = value
    with pytest.raises(ValueError, match=re.escape(f'test_cfg.{option}={value}: expected {message}')):
        windows_of(changed)


def test_a_mode_that_is_none():
    with pytest.raises(ValueError, match=r"mode must be one of \['whole', 'slide', 'tiles_.*, got 'tiles'"):
        windows_of(dict(mode='tiles'))
