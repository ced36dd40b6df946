data_preprocessor = dict(
    type='PartSegDataPreProcessor',
    mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375], bgr_to_rgb=True,
    pad_val=0, seg_pad_val=255, size=(352, 352))
model = dict(
    type='PartSegmentor',
    data_preprocessor=data_preprocessor,
    backbone=dict(
        type='OpenCLIPViT', arch='ViT-B-16-quickgelu', pretrained=None, out_indices=(3, 6, 9),
        frozen=True, with_cls_token=True),
    decode_head=dict(
        type='PartCLIPSegHead',
        train_taxonomy='pascal_part_116:seen',
        test_taxonomy='pascal_part_116',
        text_encoder=dict(
            type='OpenCLIPTextEncoder', arch='ViT-B-16-quickgelu', pretrained=None,
            trainable='embeddings'),
        in_channels=(768, 768, 768),
        channels=64,
        adapter_channels=192,
        loss_object_part=dict(type='PartMaskLoss'),
        loss_object=dict(type='PartMaskLoss', loss_weight=1.0),  # lambda_1
        loss_part=dict(type='PartMaskLoss', loss_weight=1.0),  # lambda_2
        loss_separation=dict(type='SeparationLoss', loss_weight=0.1, threshold=0.3),
        loss_enhance=dict(type='EnhanceLoss', loss_weight=0.01)),
    train_cfg=dict(),
    test_cfg=dict(mode='whole'))
