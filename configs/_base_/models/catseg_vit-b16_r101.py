# CATSeg as in OV-PARTS, the one of the paper's tables: frozen CLIP, guided by a ResNet-101
mean, std = [122.7709383, 116.7460125, 104.09373615], [68.5005327, 66.6321579, 70.3231630]  # CLIP's
data_preprocessor = dict(
    type='PartSegDataPreProcessor', mean=mean, std=std, bgr_to_rgb=True,
    pad_val=0, seg_pad_val=255, size=(384, 384))
model = dict(
    type='PartSegmentor',
    data_preprocessor=data_preprocessor,
    backbone=dict(
        type='GuidedCLIP', mean=mean, std=std,
        clip=dict(
            type='OpenCLIPViT', arch='ViT-B-16-quickgelu', pretrained=None, out_indices=(),
            dense='token', frozen=True),
        clip_size=(384, 384),
        guidance=dict(
            type='ResNet', depth=101, num_stages=3, strides=(1, 2, 2), dilations=(1, 1, 1),
            out_indices=(0, 1, 2), norm_cfg=dict(type='BN', requires_grad=False), norm_eval=True),
        guidance_size=(384, 384),
        guidance_mean=[123.675, 116.28, 103.53], guidance_std=[58.395, 57.12, 57.375]),
    decode_head=dict(
        type='CATSegHead',
        train_taxonomy='pascal_part_116:seen',
        test_taxonomy='pascal_part_116',
        text_encoder=dict(
            type='OpenCLIPTextEncoder', arch='ViT-B-16-quickgelu', pretrained=None,
            trainable='none', templates='imagenet', averaged=False),
        in_channels=(256, 512, 1024),
        channels=128,
        loss_object_part=dict(type='PartMaskLoss', unlabelled_as_background=True)),
    train_cfg=dict(),
    test_cfg=dict(mode='whole'))
