# The quickstart: the full recipe in small. CLIPSeg, pre-trained on PartShapes (data/miniature), is
# fine-tuned on the parts of seen objects, its CLIP frozen
_base_ = [
    '../_base_/models/partclipseg_tiny.py', '../_base_/datasets/part_shapes_tested_larger.py',
    '../_base_/schedules/schedule_20k.py', '../_base_/default_runtime.py'
]
# a random start of Eq. 3 takes more steps to unlearn than there are
model = dict(decode_head=dict(projection_init='mean'))
load_from = 'clipseg://data/miniature/clipseg'
iterations = 1000  # what two CPU cores do in four minutes, where the recipe has 20,000 …
effective_batch_size = 4  # … of 8 images
# so the steps are larger than its 1e-4, but not for words: the table of tokens moves as far in few steps. The
# decoder has drawn every object and every background: labels of some objects would make it forget the others
optim_wrapper = dict(
    optimizer=dict(lr=1e-3, betas=(0.9, 0.98)),
    paramwise_cfg=dict(custom_keys={
        'decode_head.decoder': dict(lr_mult=0.), 'decode_head.mask_branch': dict(lr_mult=0.),
        'text_encoder': dict(lr_mult=0.1), 'background_embedding': dict(decay_mult=0.)}))
custom_hooks = [*_base_.custom_hooks, dict(type='BackgroundWordsHook')]
param_scheduler = [dict(type='PolyLR', eta_min=0., power=0.9, begin=0, end=iterations, by_epoch=False)]
train_cfg = dict(max_iters=iterations, val_interval=iterations)
default_hooks = dict(checkpoint=dict(interval=500))
