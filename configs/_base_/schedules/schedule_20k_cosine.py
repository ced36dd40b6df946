# PartCATSeg's schedule
_base_ = './schedule_80k_cosine.py'
norms = dict(lr_mult=0.01, decay_mult=0.)  # of DINOv2; under the key `backbone` alone they would decay
optim_wrapper = dict(
    paramwise_cfg=dict(
        custom_keys={
            'guidance.model.norm.': norms,
            **{f'guidance.model.blocks.{i}.norm': norms for i in range(12)}
        }))
param_scheduler = [
    dict(type='CosineAnnealingLR', eta_min=0., begin=0, end=20000, T_max=20000, by_epoch=False)
]
train_cfg = dict(max_iters=20000)
