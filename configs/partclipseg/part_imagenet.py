# PartCLIPSeg on PartImageNet, zero-shot; the released training has no flip here, see docs/recipe.md
_base_ = [
    '../_base_/models/partclipseg_vit-b16.py', '../_base_/datasets/part_imagenet.py',
    '../_base_/schedules/schedule_20k.py', '../_base_/default_runtime.py'
]
model = dict(decode_head=dict(train_taxonomy='part_imagenet:seen', test_taxonomy='part_imagenet'))
load_from = 'clipseg://CIDAS/clipseg-rd64-refined'
