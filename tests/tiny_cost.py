"""Small models of the cost family for tests."""
import torch
from mmengine.config import ConfigDict
from mmseg.registry import MODELS

from tests.tiny import ALL, MASK_LOSSES, SEEN, TEXT_ENCODER, TINY_CLIP

NORM = dict(mean=[0.] * 3, std=[255.] * 3)
WIDTHS = dict(channels=16, num_heads=2, window=3, appearance_channels=8, text_channels=8,
              decoder_channels=(16, 16), decoder_guidance_channels=(8, 4))
TEXT = dict(TEXT_ENCODER, templates=['{}', 'a {}.'], averaged=False)
CLIP = dict(type='OpenCLIPViT', arch=TINY_CLIP, out_indices=(), dense='token')
RESNET = dict(
    type='ResNet', depth=18, base_channels=8, stem_channels=8, num_stages=3, strides=(1, 2, 2),
    dilations=(1, 1, 1), out_indices=(0, 1, 2), norm_cfg=dict(type='BN', requires_grad=False),
    norm_eval=True)
DINO = dict(type='DINOv2', options=dict(embed_dim=16, depth=1, num_heads=2, img_size=28))
# by variant: head, backbone
VARIANTS = dict(
    catseg=(
        dict(type='CATSegHead', in_channels=(8, 16, 32), loss_object_part=dict(
            type='PartMaskLoss', unlabelled_as_background=True)),
        dict(clip=CLIP, guidance=RESNET, guidance_size=(32, 32))),
    cvpr24=(
        dict(type='CATSegHead', in_channels=(32, 32), upsampled_channels=(8, 4), padded_classes=6,
             background=False, synonyms='first', loss_object_part=dict(
                 type='PartMaskLoss', background_weight=None, unlabelled_as_negative=True),
             text_encoder=dict(TEXT, trainable='query_value')),
        dict(clip=dict(CLIP, out_indices=(0, 1), dense='cls', frozen=False, trainable='query_value'))),
    partcatseg=(
        dict(type='PartCATSegHead', in_channels=(16, 16, 16), in_index=(0, 0, 0), class_attention='query',
             loss_composition=dict(type='CompositionLoss'), **MASK_LOSSES),
        dict(clip=CLIP, guidance=DINO, guidance_size=(28, 28))))


def cost_config(variant, train=SEEN, test=ALL):
    """Config of a tiny PartSegmentor."""
    head, backbone = VARIANTS[variant]
    guidance = {}
    if 'guidance' in backbone:
        guidance = dict(guidance_mean=NORM['mean'], guidance_std=NORM['std'], **NORM)
    return dict(
        type='PartSegmentor',
        data_preprocessor=dict(type='SegDataPreProcessor', bgr_to_rgb=True, size=(32, 32), seg_pad_val=255,
                               **NORM),
        backbone=dict(type='GuidedCLIP', clip_size=(32, 32), **guidance, **backbone),
        decode_head=dict(dict(text_encoder=TEXT, train_taxonomy=train, test_taxonomy=test, **WIDTHS), **head),
        train_cfg=dict(), test_cfg=ConfigDict(mode='whole'))


def cost_segmentor(variant, seed=0, **vocabularies):
    """A tiny PartSegmentor in eval mode, with reproducible weights."""
    torch.manual_seed(seed)
    return MODELS.build(cost_config(variant, **vocabularies)).eval()


def shrink_cost_family(cfg):
    """CATSeg and PartCATSeg with narrow guidance and two of their templates."""
    backbone, head = cfg.model.backbone, cfg.model.decode_head
    backbone.update(clip_size=(32, 32), guidance_size=(28, 28))
    guidance = backbone.get('guidance')
    if guidance is not None and guidance.type == 'DINOv2':
        guidance.update(options=dict(embed_dim=16, num_heads=2, img_size=28), pretrained=False)
        head.in_channels = (16, 16, 16)
    elif guidance is not None:
        guidance.update(depth=18, base_channels=8, stem_channels=8)
        head.in_channels = (8, 16, 32)
    else:
        head.update(in_channels=(32, 32), upsampled_channels=(8, 4))
    if head.text_encoder.get('templates'):
        head.text_encoder.templates = ['{}', 'a {}.']
    head.update(channels=16, num_heads=2, window=2, appearance_channels=8, text_channels=8,
                decoder_channels=(16, 16), decoder_guidance_channels=(8, 4))
    return cfg
