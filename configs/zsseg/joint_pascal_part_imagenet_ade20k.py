# ZSSeg+ on three data sets at once, stage 2: each object supervised in the vocabulary of its data set
_base_ = [
    '../_base_/models/zsseg_r50.py', '../_base_/datasets/joint_per_object.py',
    '../_base_/schedules/schedule_20k_zsseg.py', '../_base_/default_runtime.py'
]
model = dict(
    decode_head=dict(
        train_taxonomy=dict(
            _delete_=True,
            joint=['pascal_part_116:seen', 'part_imagenet:seen', 'ade20k_part_234:seen'])))
val_cfg = dict(type='JointValLoop')  # each data set in its own test vocabulary
test_cfg = dict(type='JointTestLoop')
default_hooks = dict(checkpoint=dict(save_best='pascal_part_116/oracle_obj/harmonic'))
load_from = 'zsseg://work_dirs/zsseg/pascal_part_prompts/iter_3200.pth'  # the prompts of stage 1
