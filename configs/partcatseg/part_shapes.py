# PartCATSeg in miniature, on the data of the quickstart
_base_ = [
    '../_base_/models/partcatseg_tiny.py', '../_base_/datasets/part_shapes.py',
    '../_base_/schedules/part_shapes_from_clip.py', '../_base_/default_runtime.py'
]
effective_batch_size = 4
# what CATSeg has learned of words
load_from = 'catseg://data/miniature/catseg.safetensors'
# of its second stack the inputs are new
optim_wrapper = dict(optimizer=dict(lr=1e-3, betas=(0.9, 0.98)))
iterations = 400
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, begin=0, end=50, by_epoch=False),
    dict(type='CosineAnnealingLR', eta_min=0., begin=50, end=iterations, T_max=iterations - 50,
         by_epoch=False)
]
train_cfg = dict(max_iters=iterations, val_interval=iterations)
