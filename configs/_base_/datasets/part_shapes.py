dataset_type = 'PartShapesDataset'
data_root = 'data/part_shapes'
train_pipeline = [
    dict(type='LoadPartImage'),
    dict(type='LoadPartAnnotations'),
    dict(type='ResizePartSeg', scale=(96, 96), backend='pillow'),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackPartSegInputs')
]
test_pipeline = [
    dict(type='LoadPartImage'),
    dict(type='ResizePartSeg', scale=(96, 96), backend='pillow'),
    dict(type='LoadPartAnnotations'),
    dict(type='PackPartSegInputs')
]
effective_batch_size = 8
train_dataloader = dict(
    num_workers=0,
    sampler=dict(type='InfiniteSampler', shuffle=True),
    dataset=dict(
        type=dataset_type, data_root=data_root, split='seen', pipeline=train_pipeline))
val_dataloader = dict(
    batch_size=16, num_workers=0,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type=dataset_type, data_root=data_root, test_mode=True, pipeline=test_pipeline,
        data_prefix=dict(
            img_path='images/val', seg_map_path='annotations_detectron2_part/val',
            object_map_path='annotations_detectron2_obj/val')))
# the tuning set validates; the test set is read by tools/test.py alone
test_dataloader = dict(
    batch_size=16, num_workers=0,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type=dataset_type, data_root=data_root, test_mode=True, pipeline=test_pipeline,
        data_prefix=dict(
            img_path='images/test', seg_map_path='annotations_detectron2_part/test',
            object_map_path='annotations_detectron2_obj/test')))
val_evaluator = dict(type='OpenVocabPartIoU')
test_evaluator = val_evaluator
tta_model = dict(type='PartTTAModel')
tta_pipeline = [
    dict(type='LoadPartImage'),
    dict(
        type='TestTimeAug',
        transforms=[
            [dict(type='ResizePartSeg', scale=(side, side), backend='pillow')
             for side in (72, 96, 120)],
            [dict(type='RandomFlip', prob=0.), dict(type='RandomFlip', prob=1.)],
            [dict(type='LoadPartAnnotations')],
            [dict(type='PackPartSegInputs')]
        ])
]
