# The three data sets of the joint training, one object of an image as a sample; tested on each in turn
_base_ = ['./joint_pascal_part_imagenet_ade20k.py', './per_object.py']
train_dataloader = dict(
    dataset=dict(
        datasets=[
            dict(
                type='PerObjectDataset', dataset=dict(each, pipeline=_base_.per_object_train_pipeline))
            for each in _base_.train_dataloader.dataset.datasets
        ]))
pascal, part_imagenet_val, ade20k_val = _base_.val_dataloader.dataset.datasets
test = dict(pipeline=_base_.per_object_test_pipeline)
val_dataloader = dict(
    dataset=dict(
        datasets=[
            dict(pascal, **test), dict(part_imagenet_val, **test),
            dict(ade20k_val, datasets=[dict(each, **test) for each in ade20k_val.datasets])
        ]))
test_dataloader = val_dataloader
