# PartCLIPSeg on PartImageNet as the released code trains it, see `pascal_part_as_released.py`; here its
# reader throws the augmented picture away, so there is no flip and one resize
_base_ = './part_imagenet.py'
train_pipeline = [
    dict(type='LoadPartImage'),
    dict(type='SwapRedAndBlue'),
    dict(type='LoadPartAnnotations', stored_objects=True),
    dict(type='ResizePartSeg', scale=(352, 352), backend='pillow', floor_labels=True),
    dict(type='PackPartSegInputs')
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
model = dict(
    decode_head=dict(
        released_text_index=True, token_shares='nearest', loss_separation=None,
        loss_enhance=dict(loss_weight=0.01 / 8)))
frozen = dict(background_embedding=dict(lr_mult=0., decay_mult=0.))
optim_wrapper = dict(paramwise_cfg=dict(custom_keys=frozen))
val_evaluator = dict(released_ground_truth=True)
test_evaluator = val_evaluator
