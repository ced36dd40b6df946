# What the heads on cost volumes share: pictures as CLIP wants them, CLIP guided, the classes
mean, std = [122.7709383, 116.7460125, 104.09373615], [68.5005327, 66.6321579, 70.3231630]  # CLIP's
data_preprocessor = dict(
    type='PartSegDataPreProcessor', mean=mean, std=std, bgr_to_rgb=True,
    pad_val=0, seg_pad_val=255, size=(384, 384))
model = dict(
    type='PartSegmentor',
    data_preprocessor=data_preprocessor,
    backbone=dict(
        type='GuidedCLIP', clip_size=(384, 384),
        clip=dict(type='OpenCLIPViT', arch='ViT-B-16-quickgelu', pretrained=None)),
    decode_head=dict(
        type='CATSegHead',
        train_taxonomy='pascal_part_116:seen',
        test_taxonomy='pascal_part_116',
        text_encoder=dict(
            type='OpenCLIPTextEncoder', arch='ViT-B-16-quickgelu', pretrained=None, averaged=False),
        channels=128,
        loss_object_part=dict(type='PartMaskLoss')),
    train_cfg=dict(),
    test_cfg=dict(mode='whole'))
