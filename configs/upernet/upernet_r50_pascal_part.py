# UPerNet on Pascal-Part-116: a closed vocabulary of 116 parts and background
_base_ = [
    'mmseg::_base_/models/upernet_r50.py', '../_base_/datasets/pascal_part_116_closed.py',
    '../_base_/schedules/schedule_40k.py', '../_base_/default_runtime.py'
]
bn = dict(type='BN')  # mmseg's SyncBN trains on GPUs only; `sync_bn = 'torch'` brings it back there
model = dict(
    type='PartSegmentor', taxonomy='pascal_part_116',
    data_preprocessor=dict(type='PartSegDataPreProcessor', size=(512, 512)),
    backbone=dict(norm_cfg=bn), decode_head=dict(num_classes=117, norm_cfg=bn),
    auxiliary_head=dict(num_classes=117, norm_cfg=bn))
