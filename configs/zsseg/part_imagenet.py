# ZSSeg+ (ResNet-50, CPTCoOp) on PartImageNet, stage 2: the proposals
_base_ = [
    '../_base_/models/zsseg_r50.py', '../_base_/datasets/part_imagenet_per_object.py',
    '../_base_/schedules/schedule_20k_zsseg.py', '../_base_/default_runtime.py'
]
model = dict(decode_head=dict(train_taxonomy='part_imagenet:seen', test_taxonomy='part_imagenet'))
# the prompts of stage 1, part_imagenet_prompts.py
load_from = 'zsseg://work_dirs/zsseg/part_imagenet_prompts/iter_3200.pth'
