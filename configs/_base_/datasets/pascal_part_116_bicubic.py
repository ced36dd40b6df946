# Pascal-Part-116 for weights that know pictures resized by bicubic interpolation, in patches of 16 or 32
_base_ = './pascal_part_116.py'
resize = dict(_base_.resize, interpolation='bicubic')
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
            [dict(view, interpolation='bicubic') for view in _base_.tta_pipeline[1]['transforms'][0]],
            *_base_.tta_pipeline[1]['transforms'][1:]
        ])
]
