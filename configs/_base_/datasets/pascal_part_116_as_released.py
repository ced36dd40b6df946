# Pictures and labels as the released training reads them, scored on its ground truth: docs/recipe.md
_base_ = './pascal_part_116.py'
resize = dict(type='ResizePartSeg', backend='pillow', floor_labels=True)
train_pipeline = [
    dict(type='LoadPartImage'),
    dict(type='SwapRedAndBlue'),  # trained on BGR, tested on RGB
    dict(type='LoadPartAnnotations', stored_objects=True),
    dict(resize, scale=(1333, 800), keep_ratio=True),
    dict(type='RandomFlip', prob=0.5),
    dict(resize, scale=(352, 352)),  # maps by nearest neighbour a second time
    dict(type='PackPartSegInputs')
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_evaluator = dict(released_ground_truth=True)
test_evaluator = val_evaluator
