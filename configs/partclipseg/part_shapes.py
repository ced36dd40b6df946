# The quickstart: a tiny PartCLIPSeg trained from scratch on PartShapes, on CPU
_base_ = [
    '../_base_/models/partclipseg_tiny.py', '../_base_/datasets/part_shapes.py',
    '../_base_/schedules/schedule_20k.py', '../_base_/default_runtime.py'
]
# nothing is pretrained: larger steps than the paper's, gradients clipped less, second moments that
# forget sooner; the decoder learns faster than the image tower, the text tower more slowly
optim_wrapper = dict(
    optimizer=dict(lr=6e-4, betas=(0.9, 0.98), fused=True), clip_grad=dict(max_norm=1.0),
    paramwise_cfg=dict(
        custom_keys=dict(decode_head=dict(lr_mult=3.), text_encoder=dict(lr_mult=0.1))))
# as many steps as two CPU cores do in less than six minutes
param_scheduler = [
    dict(type='LinearLR', start_factor=0.04, begin=0, end=40, by_epoch=False),
    dict(type='CosineAnnealingLR', eta_min=0., begin=40, end=1600, T_max=1560, by_epoch=False)
]
train_cfg = dict(max_iters=1600, val_interval=1600)
default_hooks = dict(logger=dict(interval=50), checkpoint=dict(interval=400))
