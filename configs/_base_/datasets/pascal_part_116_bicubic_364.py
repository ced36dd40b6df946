# The same in patches of 14
_base_ = './pascal_part_116_bicubic.py'
image_size = (364, 364)
resize = dict(_base_.resize, scale=image_size)
train_pipeline, test_pipeline = ([
    resize if step['type'] == 'ResizePartSeg' else step for step in steps
] for steps in (_base_.train_pipeline, _base_.test_pipeline))
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = val_dataloader
tta_pipeline = [
    _base_.tta_pipeline[0],
    dict(
        type='TestTimeAug',
        transforms=[
            [dict(resize, scale=(side, side)) for side in (252, 364, 448)],  # whole patches
            *_base_.tta_pipeline[1]['transforms'][1:]
        ])
]
