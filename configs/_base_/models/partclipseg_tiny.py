# A CLIP small enough to train from scratch on two CPU cores within minutes
tiny_clip = dict(
    embed_dim=64,
    vision_cfg=dict(image_size=96, patch_size=12, width=128, head_width=32, layers=5),
    text_cfg=dict(context_length=77, vocab_size=49408, width=64, heads=8, layers=1))
data_preprocessor = dict(
    type='PartSegDataPreProcessor',
    mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375], bgr_to_rgb=True,
    pad_val=0, seg_pad_val=255, size=(96, 96))
model = dict(
    type='PartSegmentor',
    data_preprocessor=data_preprocessor,
    backbone=dict(
        type='OpenCLIPViT', arch=tiny_clip, out_indices=(2, 4), frozen=False,
        with_cls_token=True),
    decode_head=dict(
        type='PartCLIPSegHead',
        train_taxonomy='part_shapes:seen',
        test_taxonomy='part_shapes',
        text_encoder=dict(type='OpenCLIPTextEncoder', arch=tiny_clip, trainable='all'),
        in_channels=(128, 128),
        channels=32,
        ffn_channels=64,
        num_heads=1,
        mask_strides=(3, 2),
        with_cp=False,
        loss_object_part=dict(type='PartMaskLoss'),
        loss_object=dict(type='PartMaskLoss', background_weight=1.0),
        loss_part=dict(type='PartMaskLoss'),
        loss_separation=dict(type='SeparationLoss', loss_weight=0.1),
        loss_enhance=dict(type='EnhanceLoss', loss_weight=0.01)),
    train_cfg=dict(),
    test_cfg=dict(mode='whole'))
