# For transformers under decode heads of mmseg: SegFormer's optimizer, 40,000 iterations
_base_ = './schedule_40k.py'
optim_wrapper = dict(
    _delete_=True, type='OptimWrapper',
    optimizer=dict(type='AdamW', lr=6e-5, betas=(0.9, 0.999), weight_decay=0.01, fused=True),
    paramwise_cfg=dict(norm_decay_mult=0., custom_keys={'head': dict(lr_mult=10.)}))
param_scheduler = [
    dict(type='LinearLR', start_factor=1e-6, begin=0, end=1500, by_epoch=False),
    dict(type='PolyLR', eta_min=0., power=1., begin=1500, end=40000, by_epoch=False)
]
