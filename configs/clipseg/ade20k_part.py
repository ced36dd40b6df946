# CLIPSeg, fine-tuned on ADE20K-Part-234: the paper's main baseline
_base_ = [
    '../_base_/models/clipseg_vit-b16.py', '../_base_/datasets/ade20k_part_234.py',
    '../_base_/schedules/schedule_20k.py', '../_base_/default_runtime.py'
]
model = dict(decode_head=dict(train_taxonomy='ade20k_part_234:seen', test_taxonomy='ade20k_part_234'))
load_from = 'clipseg://CIDAS/clipseg-rd64-refined'
