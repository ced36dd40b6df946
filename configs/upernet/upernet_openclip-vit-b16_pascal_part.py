# CLIP's image tower under UPerHead, with maps at strides 4, 8, 16 and 32
_base_ = [
    '../_base_/models/openclip_vit-b16.py', '../_base_/datasets/pascal_part_116_closed.py',
    '../_base_/schedules/schedule_40k_adamw.py', '../_base_/default_runtime.py'
]
model = dict(
    neck=dict(type='Feature2Pyramid', embed_dim=768, rescales=[4, 2, 1, 0.5],
              norm_cfg=dict(type='BN')),
    decode_head=dict(
        type='UPerHead', in_channels=[768] * 4, in_index=[0, 1, 2, 3], channels=512,
        num_classes=117, norm_cfg=dict(type='BN'), loss_decode=dict(type='CrossEntropyLoss')))
