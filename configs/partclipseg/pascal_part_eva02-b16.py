# PartCLIPSeg on EVA-02-CLIP: rotary positions
_base_ = [
    '../_base_/models/partclipseg_open_clip.py', '../_base_/datasets/pascal_part_116_bicubic.py',
    '../_base_/schedules/schedule_20k_frozen_towers.py', '../_base_/default_runtime.py'
]
clip = dict(arch='EVA02-B-16', pretrained='merged2b_s8b_b131k')
model = dict(backbone=clip, decode_head=dict(text_encoder=clip))
