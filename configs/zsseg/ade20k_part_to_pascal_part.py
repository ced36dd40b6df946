# ZSSeg+ across datasets: the seen classes of ADE20K-Part-234 in training, all of Pascal-Part-116 in testing
_base_ = [
    '../_base_/models/zsseg_r50.py', '../_base_/datasets/ade20k_part_to_pascal_part_per_object.py',
    '../_base_/schedules/schedule_20k_zsseg.py', '../_base_/default_runtime.py'
]
model = dict(decode_head=dict(train_taxonomy='ade20k_part_234:seen'))
# the harmonic mean of Pascal-Part's own seen and unseen objects says nothing here
default_hooks = dict(checkpoint=dict(save_best='oracle_obj/mIoU'))
load_from = 'zsseg://work_dirs/zsseg/ade20k_part_prompts/iter_3200.pth'  # the prompts of stage 1
