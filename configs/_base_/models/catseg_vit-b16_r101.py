# CATSeg as in OV-PARTS, the one of the paper's tables: frozen CLIP, guided by a ResNet-101
_base_ = './cost_vit-b16.py'
model = dict(
    backbone=dict(
        mean=_base_.mean, std=_base_.std,
        clip=dict(out_indices=(), dense='token', frozen=True),
        guidance=dict(
            type='ResNet', depth=101, num_stages=3, strides=(1, 2, 2), dilations=(1, 1, 1),
            out_indices=(0, 1, 2), norm_cfg=dict(type='BN', requires_grad=False), norm_eval=True),
        guidance_size=(384, 384),
        guidance_mean=[123.675, 116.28, 103.53], guidance_std=[58.395, 57.12, 57.375]),
    decode_head=dict(
        text_encoder=dict(trainable='none', templates='imagenet'),
        in_channels=(256, 512, 1024),
        loss_object_part=dict(unlabelled_as_background=True)))
