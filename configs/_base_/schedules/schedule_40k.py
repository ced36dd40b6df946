# For decode heads of mmseg: its 40,000 iterations of SGD
_base_ = './schedule_20k.py'
optim_wrapper = dict(
    _delete_=True, type='OptimWrapper',
    optimizer=dict(type='SGD', lr=0.01, momentum=0.9, weight_decay=0.0005))
param_scheduler = [
    dict(type='PolyLR', eta_min=1e-4, power=0.9, begin=0, end=40000, by_epoch=False)
]
train_cfg = dict(max_iters=40000, val_interval=4000)
# every class is trained on, so mIoU is the score
default_hooks = dict(checkpoint=dict(interval=4000, save_best='pred_all/mIoU'))
