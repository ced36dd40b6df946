# PartCATSeg across datasets, the setting of the paper's Table 4: the seen classes of PartImageNet in
# training, all of Pascal-Part-116 in testing
_base_ = [
    '../_base_/models/partcatseg_vit-b16_dinov2.py',
    '../_base_/datasets/part_imagenet_to_pascal_part_crop.py',
    '../_base_/schedules/schedule_20k_cosine.py', '../_base_/default_runtime.py'
]
model = dict(decode_head=dict(train_taxonomy='part_imagenet:seen'))
# the harmonic mean of Pascal-Part's own seen and unseen objects says nothing here
default_hooks = dict(checkpoint=dict(save_best='pred_all/mIoU'))
# the first CAT-Seg's published weights; see data/README.md
load_from = 'catseg://data/checkpoints/model_final_base.pth'
effective_batch_size = 4
