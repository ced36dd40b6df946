# ResNet-101 with a stem of three convolutions, 64 channels wide as mmseg's weights (zsseg: 128)
_base_ = './ade20k_part.py'
model = dict(
    backbone=dict(
        type='ResNetV1c', depth=101, multi_grid=(1, 2, 4),  # the last stage dilated as in zsseg
        init_cfg=dict(_delete_=True, type='Pretrained', checkpoint='open-mmlab://resnet101_v1c')))
