# For a decode head that starts at random on a pretrained backbone: clipped less, a tenth of the
# learning rate for the backbone
_base_ = './schedule_20k.py'
optim_wrapper = dict(
    clip_grad=dict(max_norm=1.0), paramwise_cfg=dict(custom_keys={'backbone': dict(lr_mult=0.1)}))
param_scheduler = [
    dict(type='LinearLR', start_factor=1e-3, begin=0, end=500, by_epoch=False),
    dict(type='PolyLR', eta_min=0., power=0.9, begin=500, end=20000, by_epoch=False)
]
