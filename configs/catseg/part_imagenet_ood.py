# CATSeg as in OV-PARTS on PartImageNet-OOD, zero-shot
_base_ = [
    '../_base_/models/catseg_vit-b16_r101.py', '../_base_/datasets/part_imagenet_ood_crop.py',
    '../_base_/schedules/schedule_80k_cosine.py', '../_base_/default_runtime.py'
]
model = dict(
    data_preprocessor=dict(seg_pad_val={{_base_.ignored}}),
    decode_head=dict(
        train_taxonomy='part_imagenet_ood:seen', test_taxonomy='part_imagenet_ood',
        ignore_index={{_base_.ignored}}))
default_hooks = dict(checkpoint=dict(save_best='pred_all/unseen'))  # the test set has no seen object
# the first CAT-Seg's published weights; see data/README.md
load_from = 'catseg://data/checkpoints/model_final_base.pth'
