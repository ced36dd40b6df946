# Pascal-Part-116 for weights that know pictures resized by bicubic interpolation, in patches of 16 or 32
_base_ = './pascal_part_116.py'
image_size = (352, 352)
resize = dict(
    type='ResizePartSeg', scale=image_size, keep_ratio=False, backend='pillow', interpolation='bicubic')
test_pipeline = [
    dict(type='LoadPartImage'),
    resize,
    dict(type='LoadPartAnnotations'),
    dict(type='PackPartSegInputs')
]
train_dataloader = dict(dataset=dict(pipeline=[
    dict(type='LoadPartImage'),
    dict(type='LoadPartAnnotations'),
    resize,
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackPartSegInputs')
]))
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = val_dataloader
tta_pipeline = [
    dict(type='LoadPartImage'),
    dict(
        type='TestTimeAug',
        transforms=[
            [dict(resize, scale=(side, side)) for side in (256, 352, 448)],  # whole patches
            [dict(type='RandomFlip', prob=0.), dict(type='RandomFlip', prob=1.)],
            [dict(type='LoadPartAnnotations')],
            [dict(type='PackPartSegInputs')]
        ])
]
