# CLIPSeg on Pascal-Part-116 as the released code trains it, see ../partclipseg/pascal_part_as_released.py
_base_ = [
    '../_base_/models/clipseg_vit-b16.py', '../_base_/datasets/pascal_part_116_as_released.py',
    '../_base_/schedules/schedule_20k.py', '../_base_/default_runtime.py'
]
frozen = dict(background_embedding=dict(lr_mult=0., decay_mult=0.))
optim_wrapper = dict(paramwise_cfg=dict(custom_keys=frozen))
load_from = 'clipseg://CIDAS/clipseg-rd64-refined'
