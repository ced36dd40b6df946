# For a decode head that starts at random between frozen towers: it has no weights to keep, so it is clipped
# less, learns at five times the published rate and is warmed up. Chosen, not searched for
_base_ = './schedule_20k.py'
optim_wrapper = dict(optimizer=dict(lr=5e-4), clip_grad=dict(max_norm=1.0))
param_scheduler = [
    dict(type='LinearLR', start_factor=1e-3, begin=0, end=1000, by_epoch=False),
    dict(type='PolyLR', eta_min=0., power=0.9, begin=1000, end=20000, by_epoch=False)
]
