"""Small models for tests."""
import torch
from mmengine.config import ConfigDict
from mmseg.registry import MODELS

TINY_CLIP = dict(
    embed_dim=24,
    vision_cfg=dict(image_size=32, patch_size=8, width=32, head_width=16, layers=3),
    text_cfg=dict(context_length=77, vocab_size=49408, width=16, heads=2, layers=2))
TEXT_ENCODER = dict(type='OpenCLIPTextEncoder', arch=TINY_CLIP)
SEEN = ["cat's head", "cat's tail", "bus's wheel", "bus's door"]
ALL = SEEN + ["dog's head", "dog's tail", "dog's paw"]
MASK_LOSSES = dict(loss_object_part=dict(type='PartMaskLoss'), loss_object=dict(type='PartMaskLoss'),
                   loss_part=dict(type='PartMaskLoss'))
ATTENTION_LOSSES = dict(loss_separation=dict(type='SeparationLoss'),
                        loss_enhance=dict(type='EnhanceLoss'))


def head_config(train=SEEN, test=ALL, type='PartCLIPSegHead', **options):
    """A tiny decode head; every loss is on."""
    losses = {**MASK_LOSSES, **ATTENTION_LOSSES} if type == 'PartCLIPSegHead' else {}
    return dict(dict(
        type=type, train_taxonomy=train, test_taxonomy=test, text_encoder=TEXT_ENCODER,
        in_channels=(32, 32), channels=16, num_heads=2, ffn_channels=32, mask_strides=(4, 2),
        **losses), **options)


def segmentor(seed=0, **head_options):
    """A tiny PartSegmentor in eval mode, with reproducible weights."""
    torch.manual_seed(seed)
    return MODELS.build(dict(
        type='PartSegmentor',
        data_preprocessor=dict(type='PartSegDataPreProcessor', mean=[0.] * 3, std=[255.] * 3,
                               bgr_to_rgb=True, size=(32, 32), seg_pad_val=255),
        backbone=dict(type='OpenCLIPViT', arch=TINY_CLIP, out_indices=(0, 2), with_cls_token=True),
        decode_head=head_config(**head_options), train_cfg=dict(), test_cfg=ConfigDict(mode='whole'))
    ).eval()


def features(n=2, grid=(4, 4), cls_token=True, seed=0, width=32):
    """Random backbone outputs, two levels."""
    generator = torch.Generator().manual_seed(seed)
    maps = [torch.randn(n, width, *grid, generator=generator) for _ in range(2)]
    if not cls_token:
        return maps
    return [[x, torch.randn(n, width, generator=generator)] for x in maps]


def fused_step(module):
    """A step of an optimizer after which torch counts no change of any weight."""
    for parameter in module.parameters():
        parameter.grad = torch.ones_like(parameter)
    torch.optim.SGD(module.parameters(), lr=0.1, fused=True).step()
