# CATSeg on three data sets at once, each image supervised in the vocabulary of its own
_base_ = [
    '../_base_/models/catseg_vit-b16_r101.py',
    '../_base_/datasets/joint_pascal_part_imagenet_ade20k.py',
    '../_base_/schedules/schedule_80k_cosine.py', '../_base_/default_runtime.py'
]
model = dict(
    data_preprocessor=dict(size=(352, 352)),  # the pictures of this set; the backbone resizes them
    decode_head=dict(
        train_taxonomy=dict(
            _delete_=True,
            joint=['pascal_part_116:seen', 'part_imagenet:seen', 'ade20k_part_234:seen'])))
val_cfg = dict(type='JointValLoop')  # each data set in its own test vocabulary
test_cfg = dict(type='JointTestLoop')
default_hooks = dict(checkpoint=dict(save_best='pascal_part_116/pred_all/harmonic'))
# the first CAT-Seg's published weights; see data/README.md
load_from = 'catseg://data/checkpoints/model_final_base.pth'
