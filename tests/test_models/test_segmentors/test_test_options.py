"""Options of ``test_cfg`` that a segmentor refuses."""
import pytest
import torch
from mmengine.config import ConfigDict
from mmseg.registry import MODELS

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
