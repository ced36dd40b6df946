# PartCLIPSeg on a ResNet-50 with an output stride of 16
_base_ = [
    '../_base_/models/partclipseg_other_backbone.py', '../_base_/datasets/pascal_part_116.py',
    '../_base_/schedules/schedule_20k_scratch_head.py', '../_base_/default_runtime.py'
]
model = dict(
    backbone=dict(
        type='ResNetV1c', depth=50, out_indices=(1, 2, 3), strides=(1, 2, 2, 1),
        dilations=(1, 1, 1, 2), contract_dilation=True, norm_cfg=dict(type='BN'), norm_eval=True,
        init_cfg=dict(type='Pretrained', checkpoint='open-mmlab://resnet50_v1c')),
    decode_head=dict(in_channels=(512, 1024, 2048), mask_strides=(4, 4)))
