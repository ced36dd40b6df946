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
