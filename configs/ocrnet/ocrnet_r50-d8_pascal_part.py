# OCRNet on Pascal-Part-116: a cascade of two decode heads, 116 parts and background
_base_ = [
    'mmseg::_base_/models/ocrnet_r50-d8.py', '../_base_/datasets/pascal_part_116_closed.py',
    '../_base_/schedules/schedule_40k.py', '../_base_/default_runtime.py'
]
bn = dict(type='BN')  # mmseg's SyncBN trains on GPUs only; `sync_bn = 'torch'` brings it back there
coarse, fine = _base_.model.decode_head
model = dict(
    type='PartCascadeSegmentor', taxonomy='pascal_part_116',
    data_preprocessor=dict(type='PartSegDataPreProcessor', size=(512, 512)),
    backbone=dict(norm_cfg=bn),
    decode_head=[dict(coarse, num_classes=117, norm_cfg=bn),
                 dict(fine, num_classes=117, norm_cfg=bn)])
