# CLIPSeg on pictures larger than CLIP's, as the published one (352 pixels on a CLIP of 224)
_base_ = './clipseg_part_shapes.py'
load_from = 'work_dirs/pretraining/clipseg_run/iter_7000.pth'
side = 128
model = dict(data_preprocessor=dict(size=(side, side)))
train_dataloader = dict(
    dataset=dict(
        pipeline=[
            dict(type='LoadPartImage'),
            dict(type='ResizePartSeg', scale=(side, side), backend='pillow'),
            dict(type='PackWords', masks=True)
        ]))
optim_wrapper = dict(optimizer=dict(lr=1e-3))
iterations = 1200
_base_.param_scheduler[1].update(end=iterations, T_max=iterations - 100)
train_cfg = dict(max_iters=iterations)
