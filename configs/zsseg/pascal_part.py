# ZSSeg+ (ResNet-50, CPTCoOp) on Pascal-Part-116, stage 2: the proposals
_base_ = [
    '../_base_/models/zsseg_r50.py', '../_base_/datasets/pascal_part_116_per_object.py',
    '../_base_/schedules/schedule_20k_zsseg.py', '../_base_/default_runtime.py'
]
# the prompts of stage 1, pascal_part_prompts.py
load_from = 'zsseg://work_dirs/zsseg/pascal_part_prompts/iter_3200.pth'
