# PartCLIPSeg on SigLIP 2: no CLS token, text of 64 tokens by the tokenizer of Gemma (needs transformers).
# The variant for 384 pixels is the nearest to our 352
_base_ = [
    '../_base_/models/partclipseg_open_clip.py', '../_base_/datasets/pascal_part_116_bicubic.py',
    '../_base_/schedules/schedule_20k_frozen_towers.py', '../_base_/default_runtime.py'
]
clip = dict(arch='ViT-B-16-SigLIP2-384', pretrained='webli')
model = dict(
    data_preprocessor=dict(mean=[127.5, 127.5, 127.5], std=[127.5, 127.5, 127.5]),
    backbone=clip, decode_head=dict(text_encoder=clip))
