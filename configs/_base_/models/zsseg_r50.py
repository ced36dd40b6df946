_base_ = ['./maskformer.py', './zsseg_clip.py']
model = dict(
    type='ZSSegSegmentor',
    data_preprocessor=dict(
        type='PartSegDataPreProcessor',
        mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375], bgr_to_rgb=True,
        pad_val=0, seg_pad_val=255, size_divisor=32, test_cfg=dict(size_divisor=32)),
    backbone=_base_.resnet,
    decode_head=dict(
        type='ZSSegHead',
        train_taxonomy='pascal_part_116:seen',
        test_taxonomy='pascal_part_116',
        text_encoder=_base_.clip_text,
        regions=_base_.clip_regions,
        ensemble_weight=0.5,
        proposals=dict(
            _base_.maskformer, type='MaskFormerProposals', num_queries=50, class_channels=1024,
            loss_cls=dict(type='mmdet.CrossEntropyLoss', loss_weight=1.0))),
    train_cfg=dict(),
    test_cfg=dict(mode='whole'))
