# ZSSeg+ (ResNet-50, CPTCoOp) on ADE20K-Part-234, stage 2: the proposals
_base_ = [
    '../_base_/models/zsseg_r50.py', '../_base_/datasets/ade20k_part_234_per_object.py',
    '../_base_/schedules/schedule_20k_zsseg.py', '../_base_/default_runtime.py'
]
model = dict(decode_head=dict(train_taxonomy='ade20k_part_234:seen', test_taxonomy='ade20k_part_234'))
# the prompts of stage 1, ade20k_part_prompts.py
load_from = 'zsseg://work_dirs/zsseg/ade20k_part_prompts/iter_3200.pth'
