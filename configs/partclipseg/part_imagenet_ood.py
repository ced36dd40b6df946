# PartCLIPSeg on PartImageNet-OOD, zero-shot
_base_ = [
    '../_base_/models/partclipseg_vit-b16.py', '../_base_/datasets/part_imagenet_ood.py',
    '../_base_/schedules/schedule_20k.py', '../_base_/default_runtime.py'
]
model = dict(
    data_preprocessor=dict(seg_pad_val={{_base_.ignored}}),
    decode_head=dict(
        train_taxonomy='part_imagenet_ood:seen', test_taxonomy='part_imagenet_ood',
        ignore_index={{_base_.ignored}}))
default_hooks = dict(checkpoint=dict(save_best='pred_all/unseen'))  # the test set has no seen object
load_from = 'clipseg://CIDAS/clipseg-rd64-refined'
