# CLIPSeg across datasets, the paper's Table 4: the seen classes of PartImageNet in training, all of
# Pascal-Part-116 in testing
_base_ = [
    '../_base_/models/clipseg_vit-b16.py', '../_base_/datasets/part_imagenet_to_pascal_part.py',
    '../_base_/schedules/schedule_20k.py', '../_base_/default_runtime.py'
]
model = dict(decode_head=dict(train_taxonomy='part_imagenet:seen'))
# the harmonic mean of Pascal-Part's own seen and unseen objects says nothing here
default_hooks = dict(checkpoint=dict(save_best='pred_all/mIoU'))
load_from = 'clipseg://CIDAS/clipseg-rd64-refined'
