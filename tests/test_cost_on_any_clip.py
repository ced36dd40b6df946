"""CATSeg and PartCATSeg on backbones that are no CLIP, and on one that guides itself."""
import pytest
from mmseg.registry import MODELS

from tests.mixing import CLIP, DINOV3, RESNET, dense_of, images, step_and_prediction, timm_clip
from tests.tiny import SEEN, TINY_CLIP
from tests.tiny_cost import cost_config


@pytest.mark.parametrize('backbone, found', [
    (RESNET, '32 channels'),
    (dict(type='OpenCLIPViT', arch=TINY_CLIP, out_indices=(1, ), with_cls_token=True), 'a CLS token')])
def test_cost_family_without_features_in_the_space_of_text(backbone, found):
    cfg = cost_config('catseg')
    model = MODELS.build(dict(cfg, backbone=backbone))
    with pytest.raises(ValueError, match=f'CATSegHead compares text of 24 .* has {found}.*: .*GuidedCLIP'):
        model.encode_decode(images(), [{}] * 2)


@pytest.mark.parametrize('backbone', [
    DINOV3, dict(CLIP, arch=TINY_CLIP), dict(type='OpenCLIPViT', arch=TINY_CLIP)])
def test_a_guided_clip_needs_a_clip(backbone):
    with pytest.raises(ValueError, match=f"{backbone['type']}', .* no features in the space of text"):
        MODELS.build(dict(type='GuidedCLIP', clip=backbone, clip_size=(64, 64)))


def test_a_clip_of_timm_guides_itself():
    """CAT-Seg of CVPR 2024 on a SigLIP: maps of two of its blocks guide, at random the whole head."""
    cfg = cost_config('cvpr24')
    clip = dict(dense_of(timm_clip('siglip')), out_indices=(0, 1), frozen=False)
    cfg['backbone'].update(clip=clip, clip_size=(64, 64))
    model = MODELS.build(cfg)
    step_and_prediction(model, len(SEEN))
    assert all(p.grad is not None for p in model.backbone.clip.visual.blocks.parameters())
