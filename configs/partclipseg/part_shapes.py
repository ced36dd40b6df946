# The quickstart: a tiny PartCLIPSeg trained from scratch on PartShapes, on CPU
_base_ = [
    '../_base_/models/partclipseg_tiny.py', '../_base_/datasets/part_shapes.py',
    '../_base_/schedules/schedule_20k.py', '../_base_/default_runtime.py'
]
# nothing is pretrained, so steps are larger than the paper's and gradients clipped less
optim_wrapper = dict(
    optimizer=dict(lr=1e-3), clip_grad=dict(max_norm=1.0))
param_scheduler = [dict(type='OneCycleLR', eta_max=1e-3, total_steps=1000, by_epoch=False)]
train_cfg = dict(max_iters=1000, val_interval=1000)
default_hooks = dict(logger=dict(interval=20), checkpoint=dict(interval=500))
