# The quickstart: the full recipe in small. A frozen CLIP and CLIPSeg's decoder, pre-trained on
# PartShapes (data/miniature), are fine-tuned on the parts of seen objects
_base_ = [
    '../_base_/models/partclipseg_tiny.py', '../_base_/datasets/part_shapes.py',
    '../_base_/schedules/schedule_20k.py', '../_base_/default_runtime.py'
]
load_from = 'clipseg://data/miniature/clipseg'
# as many steps as two CPU cores do in four minutes
iterations = 1600
param_scheduler = [dict(type='PolyLR', eta_min=0., power=0.9, begin=0, end=iterations, by_epoch=False)]
train_cfg = dict(max_iters=iterations, val_interval=iterations)
default_hooks = dict(checkpoint=dict(interval=400))
