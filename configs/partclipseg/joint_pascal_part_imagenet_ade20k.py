# PartCLIPSeg on three data sets at once, each image supervised in the vocabulary of its own
_base_ = [
    '../_base_/models/partclipseg_vit-b16.py',
    '../_base_/datasets/joint_pascal_part_imagenet_ade20k.py',
    '../_base_/schedules/schedule_20k.py', '../_base_/default_runtime.py'
]
model = dict(
    decode_head=dict(
        train_taxonomy=dict(
            _delete_=True,
            joint=['pascal_part_116:seen', 'part_imagenet:seen', 'ade20k_part_234:seen'])))
val_cfg = dict(type='JointValLoop')  # each data set in its own test vocabulary
test_cfg = dict(type='JointTestLoop')
# three times the iterations of one data set
param_scheduler = [
    dict(type='PolyLR', eta_min=0., power=0.9, begin=0, end=60000, by_epoch=False)
]
train_cfg = dict(max_iters=60000, val_interval=5000)
default_hooks = dict(
    checkpoint=dict(interval=5000, save_best='pascal_part_116/pred_all/harmonic'))
load_from = 'clipseg://CIDAS/clipseg-rd64-refined'
