"""Models on other encoders, with their vocabulary baked in."""
import pytest
import torch
from mmseg.registry import MODELS

from mmpartseg.apis.export import FixedVocabulary
from mmpartseg.checkpoints import clipseg_config
from tests.tiny import TINY_CLIP, head_config
from tests.tiny_towers import FAMILIES, register

NO_SCALING = dict(type='SegDataPreProcessor', mean=[0.] * 3, std=[1.] * 3, bgr_to_rgb=True)


def segmentor(backbone, **head):
    torch.manual_seed(0)
    head = head_config(in_channels=None, mask_strides=None, **head)
    return MODELS.build(dict(
        type='PartSegmentor', data_preprocessor=NO_SCALING, backbone=backbone, decode_head=head,
        test_cfg=dict(mode='whole'))).eval()


@pytest.mark.parametrize('backbone', [
    dict(type='OpenCLIPImageTower', arch=dict(
        TINY_CLIP, vision_cfg=dict(timm_model_name=register('eva02'), image_size=64))),
    dict(type='TimmImageTower', arch=FAMILIES['convnext'].base, options=FAMILIES['convnext'].options)])
def test_one_size(backbone):
    model = segmentor(dict(backbone, out_indices=(0, 1)))
    image = torch.rand(1, 3, 64, 96)
    with torch.no_grad():
        expected = model.encode_decode(image, [{}])
        found = FixedVocabulary(model, (64, 96))(image)
    torch.testing.assert_close(torch.cat(found[:2], 1), expected)
    with pytest.raises(ValueError, match=f'a {backbone["type"]} is exported for one size.*OpenCLIPViT'):
        FixedVocabulary(model, (64, 96), dynamic=True)
    with pytest.raises(ValueError, match='takes multiples of its patch'):
        FixedVocabulary(model, (63, 96))
    with pytest.raises(ValueError, match=f'its backbone is a {backbone["type"]}, not an OpenCLIPViT'):
        clipseg_config(model)


def test_a_backbone_that_states_no_patch():
    model = segmentor(dict(type='OpenCLIPViT', arch=TINY_CLIP, out_indices=(0, 1)))
    model.backbone = MODELS.build(dict(type='ResNet', depth=18, base_channels=8, stem_channels=8))
    with pytest.raises(ValueError, match='a ResNet cannot be exported: an exported model takes multiples'):
        FixedVocabulary(model, (64, 64))
