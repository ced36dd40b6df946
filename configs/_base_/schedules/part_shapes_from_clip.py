# As long as the quickstart, for methods of which only CLIP is pre-trained: larger steps than the
# recipes' and gradients clipped less, since everything else starts from nothing
_base_ = './schedule_20k.py'
optim_wrapper = dict(optimizer=dict(lr=6e-4), clip_grad=dict(max_norm=1.0))
iterations = 1000
param_scheduler = [dict(type='PolyLR', eta_min=0., power=0.9, begin=0, end=iterations, by_epoch=False)]
train_cfg = dict(max_iters=iterations, val_interval=iterations)
default_hooks = dict(checkpoint=dict(interval=500))
