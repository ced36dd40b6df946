# The quickstart: a tiny PartCLIPSeg trained from scratch on PartShapes, on CPU
_base_ = [
    '../_base_/models/partclipseg_tiny.py', '../_base_/datasets/part_shapes.py',
    '../_base_/schedules/schedule_20k.py', '../_base_/default_runtime.py'
]
# nothing is pretrained: larger steps than the paper's, gradients clipped less, and second moments
# that forget sooner; 1700 steps are what two CPU cores do in less than six minutes
optim_wrapper = dict(
    optimizer=dict(lr=6e-4, betas=(0.9, 0.98)), clip_grad=dict(max_norm=1.0))
param_scheduler = [
    dict(type='OneCycleLR', eta_max=6e-4, pct_start=0.06, total_steps=1700, by_epoch=False)
]
train_cfg = dict(max_iters=1700, val_interval=1700)
default_hooks = dict(logger=dict(interval=50), checkpoint=dict(interval=425))
