# CLIP's image tower under FCNHead, with this package's mask loss beside cross-entropy
_base_ = [
    '../_base_/models/openclip_vit-b16.py', '../_base_/datasets/pascal_part_116_closed.py',
    '../_base_/schedules/schedule_40k_adamw.py', '../_base_/default_runtime.py'
]
model = dict(
    decode_head=dict(
        type='FCNHead', in_channels=768, in_index=3, channels=256, num_convs=2, num_classes=117,
        norm_cfg=dict(type='BN'),
        loss_decode=[dict(type='CrossEntropyLoss'), dict(type='PartMaskLoss')]))
