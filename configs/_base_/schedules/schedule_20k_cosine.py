# PartCATSeg's schedule
_base_ = './schedule_80k_cosine.py'
param_scheduler = [
    dict(type='CosineAnnealingLR', eta_min=0., begin=0, end=20000, T_max=20000, by_epoch=False)
]
train_cfg = dict(max_iters=20000)
