"""What GuidedCLIP and DINOv2 refuse, in one line each."""
import re

import pytest
import torch
from mmseg.registry import MODELS

from tests.tiny_cost import CLIP, DINO, NORM


def guided(**options):
    """A small GuidedCLIP on DINOv2, with other options."""
    normalised = dict(NORM, guidance_mean=NORM['mean'], guidance_std=NORM['std'])
    return MODELS.build(dict(dict(type='GuidedCLIP', clip=CLIP, clip_size=(32, 32), guidance=DINO,
                                  guidance_size=(28, 28), **normalised), **options))


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
