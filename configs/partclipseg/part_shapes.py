# The quickstart: a tiny PartCLIPSeg trained from scratch on PartShapes, on CPU
_base_ = [
    '../_base_/models/partclipseg_tiny.py', '../_base_/datasets/part_shapes.py',
    '../_base_/schedules/schedule_20k.py', '../_base_/default_runtime.py'
]
# nothing is pretrained, so steps are larger than the paper's and gradients clipped less; the number
# of steps is what two CPU cores do in less than six minutes
optim_wrapper = dict(optimizer=dict(lr=1e-3), clip_grad=dict(max_norm=1.0))
param_scheduler = [
    dict(type='OneCycleLR', eta_max=1.6e-3, pct_start=0.1, total_steps=1600, by_epoch=False)
]
train_cfg = dict(max_iters=1600, val_interval=1600)
default_hooks = dict(logger=dict(interval=50), checkpoint=dict(interval=400))
