dataset_type = 'PascalPart116Dataset'
data_root = 'data/PascalPart116'
image_size = (352, 352)  # of CLIPSeg's weights; the aspect ratio is not kept
resize = dict(
    type='ResizePartSeg', scale=image_size, keep_ratio=False, backend='pillow',
    interpolation='bilinear')
# once and in RGB; the released training: docs/recipe.md
train_pipeline = [
    dict(type='LoadPartImage'),
    dict(type='LoadPartAnnotations'),
    resize,
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackPartSegInputs')
]
test_pipeline = [
    dict(type='LoadPartImage'),
    resize,
    # after the resize: labels keep the image's own size
    dict(type='LoadPartAnnotations'),
    dict(type='PackPartSegInputs')
]
effective_batch_size = 8  # over all processes; train_dataloader.batch_size follows
train_dataloader = dict(
    num_workers=4, persistent_workers=True,
    sampler=dict(type='DrawSampler', shuffle=True),
    dataset=dict(
        type=dataset_type, data_root=data_root, split='seen', pipeline=train_pipeline,
        data_prefix=dict(
            img_path='images/train', seg_map_path='annotations_detectron2_part/train',
            object_map_path='annotations_detectron2_obj/train')))
val_dataloader = dict(
    batch_size=1, num_workers=4, persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type=dataset_type, data_root=data_root, test_mode=True, pipeline=test_pipeline,
        data_prefix=dict(
            img_path='images/val', seg_map_path='annotations_detectron2_part/val',
            object_map_path='annotations_detectron2_obj/val')))
test_dataloader = val_dataloader
val_evaluator = dict(type='OpenVocabPartIoU')
test_evaluator = val_evaluator
tta_model = dict(type='PartTTAModel')
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
