_base_ = ['./part_imagenet_ood.py', '../pipelines/crop_384.py']
train_pipeline = [
    dict(step, ignore_index=_base_.ignored) if step['type'] == 'RandomCrop' else step
    for step in _base_.crop_train
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline={{_base_.crop_test}}))
test_dataloader = val_dataloader
test_pipeline = {{_base_.crop_test}}
tta_pipeline = {{_base_.crop_tta}}
