# CLIPSeg, fine-tuned on Pascal-Part-116: the paper's main baseline
_base_ = [
    '../_base_/models/clipseg_vit-b16.py', '../_base_/datasets/pascal_part_116.py',
    '../_base_/schedules/schedule_20k.py', '../_base_/default_runtime.py'
]
load_from = 'clipseg://CIDAS/clipseg-rd64-refined'
