# CAT-Seg's schedule: 80,000 iterations, no warm-up, the backbone a hundred times more slowly
_base_ = './schedule_20k.py'
optim_wrapper = dict(
    optimizer=dict(lr=2e-4),
    paramwise_cfg=dict(
        _delete_=True, norm_decay_mult=0., custom_keys=dict(backbone=dict(lr_mult=0.01))))
param_scheduler = [
    dict(type='CosineAnnealingLR', eta_min=0., begin=0, end=80000, T_max=80000, by_epoch=False)
]
train_cfg = dict(max_iters=80000)
