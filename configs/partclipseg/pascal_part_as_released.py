# PartCLIPSeg on Pascal-Part-116 as the released code trains it, also where the paper's text does not say
# so; docs/recipe.md has the list. Not the paper's method: `pascal_part.py` is
_base_ = './pascal_part.py'
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
model = dict(
    decode_head=dict(
        released_text_index=True, token_shares='nearest', loss_separation=None,  # theirs has no gradient
        loss_enhance=dict(loss_weight=0.01 / 8)))  # divided by the batch size once more
# the background vector keeps its start
frozen = dict(background_embedding=dict(lr_mult=0., decay_mult=0.))
optim_wrapper = dict(paramwise_cfg=dict(custom_keys=frozen))
val_evaluator = dict(released_ground_truth=True)
test_evaluator = val_evaluator
