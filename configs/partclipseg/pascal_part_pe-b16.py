# PartCLIPSeg on Perception Encoder (core): rotary positions, attention pooling, text of 32 tokens.
# Its pictures were resized bilinearly
_base_ = [
    '../_base_/models/partclipseg_open_clip.py', '../_base_/datasets/pascal_part_116.py',
    '../_base_/schedules/schedule_20k_frozen_towers.py', '../_base_/default_runtime.py'
]
clip = dict(arch='PE-Core-B-16', pretrained='meta')
model = dict(
    data_preprocessor=dict(mean=[127.5, 127.5, 127.5], std=[127.5, 127.5, 127.5]),
    backbone=clip, decode_head=dict(text_encoder=clip))
