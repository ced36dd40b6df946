# PartShapes, tested on larger pictures than trained on (Touvron et al. 2019, FixRes): small parts then have
# patches of their own, and a step of training costs what it did
_base_ = './part_shapes.py'
side = 160
test_pipeline = [
    dict(type='LoadPartImage'),
    dict(type='ResizePartSeg', scale=(side, side), backend='pillow'),
    dict(type='LoadPartAnnotations'),
    dict(type='PackPartSegInputs')
]
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
_base_.tta_pipeline[1].transforms[0] = [
    dict(type='ResizePartSeg', scale=(each, each), backend='pillow') for each in (120, side, 200)]
