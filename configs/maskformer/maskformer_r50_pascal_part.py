# MaskFormer on Pascal-Part-116: a closed vocabulary of 116 parts and background; needs mmdet
_base_ = [
    '../_base_/models/maskformer.py', '../_base_/datasets/pascal_part_116_closed.py',
    '../_base_/schedules/schedule_20k_zsseg.py', '../_base_/default_runtime.py'
]
data_preprocessor = dict(
    type='PartSegDataPreProcessor',
    mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375], bgr_to_rgb=True,
    pad_val=0, seg_pad_val=255, size=(512, 512))
weights = [1.0] * 117 + [0.1]  # of the classes, and of queries that match none
loss_cls = dict(type='mmdet.CrossEntropyLoss', loss_weight=1.0, class_weight=weights)
model = dict(
    type='PartSegmentor', taxonomy='pascal_part_116', data_preprocessor=data_preprocessor,
    backbone=_base_.resnet,
    decode_head=dict(
        _base_.maskformer, type='MaskFormerHead', num_classes=117, num_queries=100, loss_cls=loss_cls),
    train_cfg=dict(), test_cfg=dict(mode='whole'))
# every class is trained on, so mIoU is the score
default_hooks = dict(checkpoint=dict(save_best='pred_all/mIoU'))
