# CATSeg in miniature, on the data of the quickstart
_base_ = [
    '../_base_/models/catseg_tiny.py', '../_base_/datasets/part_shapes.py',
    '../_base_/schedules/schedule_20k.py', '../_base_/default_runtime.py'
]
# narrow and not pretrained as a whole: larger steps, gradients clipped less
optim_wrapper = dict(optimizer=dict(lr=6e-4), clip_grad=dict(max_norm=1.0))
iterations = 1600
param_scheduler = [dict(type='PolyLR', eta_min=0., power=0.9, begin=0, end=iterations, by_epoch=False)]
train_cfg = dict(max_iters=iterations, val_interval=iterations)
default_hooks = dict(checkpoint=dict(interval=400))
