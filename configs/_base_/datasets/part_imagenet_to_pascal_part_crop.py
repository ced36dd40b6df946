_base_ = ['./part_imagenet_to_pascal_part.py', '../pipelines/crop_384.py']
train_dataloader = dict(dataset=dict(pipeline={{_base_.crop_train}}))
val_dataloader = dict(dataset=dict(pipeline={{_base_.crop_test}}))
test_dataloader = val_dataloader
train_pipeline = {{_base_.crop_train}}
test_pipeline = {{_base_.crop_test}}
tta_pipeline = {{_base_.crop_tta}}
