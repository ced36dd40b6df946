# PartCLIPSeg on MetaCLIP: 24 blocks, patches of 14
_base_ = [
    '../_base_/models/partclipseg_open_clip.py', '../_base_/datasets/pascal_part_116_bicubic_364.py',
    '../_base_/schedules/schedule_20k_frozen_towers.py', '../_base_/default_runtime.py'
]
clip = dict(arch='ViT-L-14-quickgelu', pretrained='metaclip_fullcc')
model = dict(
    data_preprocessor=dict(size=(364, 364)), backbone=clip, decode_head=dict(text_encoder=clip))
