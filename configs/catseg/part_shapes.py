# CATSeg in miniature, on the data of the quickstart
_base_ = [
    '../_base_/models/catseg_tiny.py', '../_base_/datasets/part_shapes.py',
    '../_base_/schedules/part_shapes_from_clip.py', '../_base_/default_runtime.py'
]
effective_batch_size = 4
# what CATSeg has learned of words
load_from = 'catseg://data/miniature/catseg.safetensors'
# short and slow: all that was tried for longer or in larger steps loses more of it (docs/miniature.md)
optim_wrapper = dict(optimizer=dict(lr=3e-5, betas=(0.9, 0.98)))
iterations = 150
_base_.param_scheduler[0].update(end=iterations)
train_cfg = dict(max_iters=iterations, val_interval=iterations)
