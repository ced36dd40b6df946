# SegFormer on Pascal-Part-116: a closed vocabulary of 116 parts and background
_base_ = [
    'mmseg::_base_/models/segformer_mit-b0.py', '../_base_/datasets/pascal_part_116_closed.py',
    '../_base_/schedules/schedule_40k_adamw.py', '../_base_/default_runtime.py'
]
checkpoint = 'https://download.openmmlab.com/mmsegmentation/v0.5/pretrain/segformer/mit_b0_20220624-7e0fe6dd.pth'  # noqa: E501
model = dict(
    type='PartSegmentor', taxonomy='pascal_part_116',
    data_preprocessor=dict(type='PartSegDataPreProcessor', size=(512, 512)),
    backbone=dict(init_cfg=dict(type='Pretrained', checkpoint=checkpoint)),
    # mmseg's SyncBN trains on GPUs only; `sync_bn = 'torch'` brings it back there
    decode_head=dict(num_classes=117, norm_cfg=dict(type='BN')))
