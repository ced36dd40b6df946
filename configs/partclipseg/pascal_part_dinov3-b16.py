# PartCLIPSeg with DINOv3 as the image encoder (rotary positions, registers) beside the text of a CLIP: the
# decoder alone learns which features a name speaks of
_base_ = [
    '../_base_/models/partclipseg_open_clip.py', '../_base_/datasets/pascal_part_116_bicubic.py',
    '../_base_/schedules/schedule_20k_frozen_towers.py', '../_base_/default_runtime.py'
]
model = dict(
    data_preprocessor=dict(mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375]),
    backbone=dict(
        _delete_=True, type='TimmImageTower', arch='vit_base_patch16_dinov3.lvd1689m', pretrained=True,
        frozen=True, with_cls_token=True),
    decode_head=dict(text_encoder=dict(arch='ViT-B-16-quickgelu', pretrained='dfn2b')))
