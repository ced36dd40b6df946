"""A small ZSSeg+, a batch and objects for it."""
import pytest
import torch
from mmengine.config import Config
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample

from tests.mixed import ROOT
from tests.tiny import TINY_CLIP

TRAIN = ["cat's head", "cat's tail", "chair's leg"]
TEST = [*TRAIN, "armchair's leg", "dog's head"]
TEXT = dict(type='CompositePromptEncoder', arch=TINY_CLIP, lengths=(2, 3))


def build(object_segmentor=None, seed=0, test_cfg=None, **head):
    pytest.importorskip('mmdet')
    from tests.zsseg import shrink
    model = Config.fromfile(ROOT / 'configs/_base_/models/zsseg_r50.py').model
    shrink(model, TINY_CLIP, channels=32, layers=2, crop=32)
    model.decode_head.update(dict(train_taxonomy=TRAIN, test_taxonomy=TEST), **head)
    model.test_cfg.update(test_cfg or {})
    torch.manual_seed(seed)
    model = MODELS.build(dict(model, object_segmentor=object_segmentor)).eval()
    model.decode_head.init_weights()
    torch.nn.init.normal_(model.decode_head.text_encoder.prefix_prompt)
    return model


def batch(objects=None, size=(64, 50), ori=(40, 50), seed=0):
    generator = torch.Generator().manual_seed(seed)
    image = torch.randint(0, 256, (3, *size), dtype=torch.uint8, generator=generator)
    sample = SegDataSample(metainfo=dict(ori_shape=ori, img_shape=size))
    if objects is not None:
        sample.gt_object_seg = PixelData(data=objects[None])
    return dict(inputs=[image], data_samples=[sample])


def halves(left, right, size=(40, 50)):
    objects = torch.full(size, left)
    objects[:, size[1] // 2:] = right
    return objects
