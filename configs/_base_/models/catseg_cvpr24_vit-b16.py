# CAT-Seg as of CVPR 2024: queries and values of both towers are trained, CLIP guides itself; there is no
# background class, so Pred-All paints every pixel
mean, std = [122.7709383, 116.7460125, 104.09373615], [68.5005327, 66.6321579, 70.3231630]  # CLIP's
clip = 'clipseg://CIDAS/clipseg-rd64-refined'  # OpenAI's weights are inside
data_preprocessor = dict(
    type='PartSegDataPreProcessor', mean=mean, std=std, bgr_to_rgb=True,
    pad_val=0, seg_pad_val=255, size=(384, 384))
model = dict(
    type='PartSegmentor',
    data_preprocessor=data_preprocessor,
    backbone=dict(
        type='GuidedCLIP', clip_size=(384, 384),
        clip=dict(
            type='OpenCLIPViT', arch='ViT-B-16-quickgelu', pretrained=None, out_indices=(3, 7),
            dense='cls', frozen=False, trainable='query_value',
            init_cfg=dict(type='Pretrained', prefix='backbone', checkpoint=clip))),
    decode_head=dict(
        type='CATSegHead',
        train_taxonomy='pascal_part_116:seen',
        test_taxonomy='pascal_part_116',
        text_encoder=dict(
            type='OpenCLIPTextEncoder', arch='ViT-B-16-quickgelu', pretrained=None,
            trainable='query_value', templates=['A photo of a {} in the scene'], averaged=False,
            init_cfg=dict(
                type='Pretrained', prefix='decode_head.text_encoder', checkpoint=clip)),
        in_channels=(768, 768),
        upsampled_channels=(256, 128),
        channels=128,
        padded_classes=256,
        background=False,
        synonyms='first',
        loss_object_part=dict(
            type='PartMaskLoss', background_weight=None, unlabelled_as_negative=True)),
    train_cfg=dict(),
    test_cfg=dict(mode='whole'))
