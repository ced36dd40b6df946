# CLIPSeg's own training on the tiny CLIP: masks from phrases
_base_ = ['../_base_/models/clipseg_tiny.py', '../_base_/datasets/part_shapes_words.py',
          '../_base_/schedules/pretraining.py']
train_dataloader = dict(
    batch_size=48,
    dataset=dict(pipeline=[dict(type='LoadPartImage'), dict(type='PackWords', masks=True)]))
optim_wrapper = dict(
    optimizer=dict(lr=2e-3, weight_decay=1e-2),
    paramwise_cfg=dict(custom_keys=dict(backbone=dict(lr_mult=0.5))))
iterations = 7000
_base_.param_scheduler[0].update(start_factor=0.02)
_base_.param_scheduler[1].update(end=iterations, T_max=iterations - 100)
train_cfg = dict(max_iters=iterations)
