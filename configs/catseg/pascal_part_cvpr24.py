# CAT-Seg of CVPR 2024 on Pascal-Part-116, zero-shot
_base_ = [
    '../_base_/models/catseg_cvpr24_vit-b16.py', '../_base_/datasets/pascal_part_116_crop.py',
    '../_base_/schedules/schedule_80k_cosine.py', '../_base_/default_runtime.py'
]
optim_wrapper = dict(paramwise_cfg=dict(custom_keys=dict(text_encoder=dict(lr_mult=0.01))))
effective_batch_size = 4
