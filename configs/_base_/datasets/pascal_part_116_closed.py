# Every class in training, for decode heads of mmseg, with mmseg's own augmentation
_base_ = './pascal_part_116.py'
crop_size = (512, 512)
train_pipeline = [
    dict(type='LoadPartImage'),
    dict(type='LoadPartAnnotations'),
    dict(type='LabelBackground'),  # class 116; without it plain 116 classes
    dict(
        type='RandomResize', scale=(2048, 512), ratio_range=(0.5, 2.0), keep_ratio=True,
        resize_type='ResizePartSeg'),
    dict(type='RandomCrop', crop_size=crop_size, cat_max_ratio=0.75),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PhotoMetricDistortion'),
    dict(type='PackPartSegInputs')
]
test_pipeline = [
    dict(type='LoadPartImage'),
    dict(type='ResizePartSeg', scale=(2048, 512), keep_ratio=True),
    dict(type='LoadPartAnnotations'),
    dict(type='PackPartSegInputs')
]
effective_batch_size = 16
train_dataloader = dict(dataset=dict(split='all', pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = val_dataloader
tta_pipeline = [
    dict(type='LoadPartImage'),
    dict(
        type='TestTimeAug',
        transforms=[
            [dict(type='ResizePartSeg', scale=(4 * side, side), keep_ratio=True)
             for side in (384, 512, 640)],
            [dict(type='RandomFlip', prob=0.), dict(type='RandomFlip', prob=1.)],
            [dict(type='LoadPartAnnotations')],
            [dict(type='PackPartSegInputs')]
        ])
]
