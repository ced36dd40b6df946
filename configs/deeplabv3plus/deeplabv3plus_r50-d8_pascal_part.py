# DeepLabV3+ on Pascal-Part-116, from plain logits of the 116 parts: no pixel is ever background
_base_ = [
    'mmseg::_base_/models/deeplabv3plus_r50-d8.py', '../_base_/datasets/pascal_part_116_closed.py',
    '../_base_/schedules/schedule_40k.py', '../_base_/default_runtime.py'
]
train_pipeline = [t for t in _base_.train_pipeline if t['type'] != 'LabelBackground']
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
bn = dict(type='BN')  # mmseg's SyncBN trains on GPUs only; `sync_bn = 'torch'` brings it back there
model = dict(
    type='PartSegmentor', taxonomy='pascal_part_116',
    data_preprocessor=dict(type='PartSegDataPreProcessor', size=(512, 512)),
    backbone=dict(norm_cfg=bn), decode_head=dict(num_classes=116, norm_cfg=bn),
    auxiliary_head=dict(num_classes=116, norm_cfg=bn))
