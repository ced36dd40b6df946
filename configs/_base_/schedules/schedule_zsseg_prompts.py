# The prompt learning of zsseg: 3,200 iterations of 32 samples; nothing is predicted
_base_ = './schedule_20k.py'
optim_wrapper = dict(
    _delete_=True, type='OptimWrapper',
    optimizer=dict(type='SGD', lr=0.02, momentum=0.9, weight_decay=5e-4))
param_scheduler = [
    dict(type='ConstantLR', factor=0.005, begin=0, end=100, by_epoch=False),
    dict(type='CosineAnnealingLR', eta_min=0., begin=100, end=3200, T_max=3100, by_epoch=False)
]
train_cfg = dict(max_iters=3200)
val_cfg = None
default_hooks = dict(checkpoint=dict(interval=3200, save_best=None))
