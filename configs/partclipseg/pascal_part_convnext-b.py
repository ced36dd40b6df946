# PartCLIPSeg on a ConvNeXt CLIP: maps of strides 8, 16 and 32, brought to the grid of the last
_base_ = [
    '../_base_/models/partclipseg_open_clip.py', '../_base_/datasets/pascal_part_116_bicubic.py',
    '../_base_/schedules/schedule_20k_frozen_towers.py', '../_base_/default_runtime.py'
]
clip = dict(arch='convnext_base_w', pretrained='laion2b_s13b_b82k_augreg')
model = dict(backbone=clip, decode_head=dict(text_encoder=clip))
