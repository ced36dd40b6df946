"""What GuidedCLIP and DINOv2 refuse, in one line each."""
import re

import pytest
import torch
from mmseg.registry import MODELS

from tests.tiny_cost import CLIP, DINO, NORM, cost_config


def guided(**options):
    """A small GuidedCLIP on DINOv2, with other options."""
    normalised = dict(NORM, guidance_mean=NORM['mean'], guidance_std=NORM['std'])
    return MODELS.build(dict(dict(type='GuidedCLIP', clip=CLIP, clip_size=(32, 32), guidance=DINO,
                                  guidance_size=(28, 28), **normalised), **options))


@pytest.mark.parametrize('option, value, message', [
    ('clip_size', 32, 'clip_size=32: expected two positive integers, height and width'),
    ('clip_size', (32, 0), r'clip_size=\(32, 0\): expected two positive'),
    ('padding_divisor', 0, 'padding_divisor=0: expected a positive integer, None for no padding'),
    ('guidance_size', None, 'guidance_size=None: expected two positive .*, as there is a guidance'),
    ('mean', None, 'mean=None: expected three numbers, as there is a guidance: mean and std of the data'),
    ('std', [255.] * 2, r'std=\[255.0, 255.0\]: expected three positive numbers'),
    ('guidance_mean', 0., 'guidance_mean=0.0: expected three numbers'),
    ('guidance_std', [1., 0., 1.], r'guidance_std=\[1.0, 0.0, 1.0\]: expected three positive numbers')])
def test_options_by_which_no_picture_can_be_shown(option, value, message):
    with pytest.raises(ValueError, match=f'^{message}'):
        guided(**{option: value})


@pytest.mark.parametrize('variant, options, message', [
    ('partcatseg', dict(in_index=(0, 1, 2)), r'PartCATSegHead is guided by the maps in_index=\(0, 1, 2\) of '
     r'the backbone, with in_channels=\(16, 16, 16\); the backbone gives 2 maps, whose channels are '
     r'\(16, 24\), the last for the text'),
    ('partcatseg', dict(in_index=(0, 0, -3)), r'in_index=\(0, 0, -3\) of the backbone'),
    ('catseg', dict(in_channels=(8, 16, 64)), r'in_channels=\(8, 16, 64\); the backbone gives 4 maps, '
     r'whose channels are \(8, 16, 32, 24\)'),
    ('cvpr24', dict(in_channels=(32, 16)), r'in_channels=\(32, 16\); .* are \(32, 32, 24\)')])
def test_a_head_that_is_guided_by_other_maps_than_there_are(variant, options, message):
    cfg = cost_config(variant)
    cfg['decode_head'].update(options)
    model = MODELS.build(cfg)
    with pytest.raises(ValueError, match=message):
        model.encode_decode(torch.zeros(1, 3, 32, 32), [{}])


def test_guidance_with_a_token_beside_its_map():
    cfg = cost_config('cvpr24')
    cfg['backbone']['clip'] = dict(cfg['backbone']['clip'], with_cls_token=True)
    model = MODELS.build(cfg)
    features = model.extract_feat(torch.zeros(1, 3, 32, 32))
    with pytest.raises(ValueError, match="('a map and a CLS token', 'a map and a CLS token', 24)"):
        model.decode_head(features)


@pytest.mark.parametrize('size, nearest', [
    ((384, 384), '(378, 378) and (392, 392)'), ((28, 30), '(28, 28) and (28, 42)'),
    ((5, 42), '(14, 42) and (14, 42)')])
def test_sizes_of_which_dinov2_would_see_only_a_part(size, nearest):
    expected = f'{size}: expected multiples of the patch of vit_small_patch14_dinov2, 14x14; the nearest are '
    with pytest.raises(ValueError, match=re.escape(f'guidance_size={expected}{nearest}')):
        guided(guidance_size=size)
    with pytest.raises(ValueError, match=re.escape(f'image size={expected}{nearest}')):
        MODELS.build(DINO)(torch.zeros(1, 3, *size))
    assert MODELS.build(DINO)(torch.zeros(1, 3, 28, 42))[0].shape == (1, 16, 2, 3)


@pytest.mark.parametrize('arch', ['vit_small_patch14_reg4_dinov2', 'vit_small_patch16_dinov3', 'resnet18'])
def test_models_with_other_tokens_than_dinov2(arch):
    with pytest.raises(ValueError, match=f"DINOv2.arch='{arch}'. has other tokens .* take TimmImageTower"):
        MODELS.build(dict(type='DINOv2', arch=arch))


def test_registers_by_an_option():
    with pytest.raises(ValueError, match='has other tokens than a CLS token and patches'):
        MODELS.build(dict(DINO, options=dict(DINO['options'], reg_tokens=2)))
