"""CATSeg and PartCATSeg on backbones that are no CLIP, and on one that guides itself."""
import pytest
import timm
from mmseg.registry import MODELS

from mmpartseg.models import preprocessing
from mmpartseg.models.timm_models import preprocessing_of
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


def test_what_pictures_are_normalised_by_is_stated_twice_alike():
    """A recipe on another CLIP, whose data preprocessor alone is changed, would colour the guidance."""
    cfg = cost_config('catseg')
    cfg['data_preprocessor'].update(mean=[127.5] * 3)
    with pytest.raises(ValueError, match=r'data_preprocessor has mean=\[127.5, .*GuidedCLIP, its backbone, '
                                         r'takes them to be normalised by mean=\[\d.*: state the same'):
        MODELS.build(cfg)


@pytest.mark.parametrize('right', [True, False])
def test_guidance_that_wants_other_pictures_is_one_line(right, monkeypatch):
    lines = []
    monkeypatch.setattr(preprocessing, 'print_log', lambda line, *args: lines.append(line))
    mean, std = preprocessing_of(timm.create_model(DINOV3['arch'], num_classes=0, **DINOV3['options']))[0]
    MODELS.build(dict(
        cost_config('catseg')['backbone'], guidance=dict(DINOV3, pretrained=True), guidance_size=(64, 64),
        guidance_mean=mean if right else [127.5] * 3, guidance_std=std))
    std = 'std=[58.395, 57.12, 57.375]'
    said = f'guidance has mean=[127.5, 127.5, 127.5], {std}; the weights of the guidance were trained with ' \
           f'mean=[123.675, 116.28, 103.53], {std}'
    assert lines == [said] * (not right)
