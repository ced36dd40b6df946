_base_ = ['./ade20k_part_234.py', './per_object.py']
train_dataloader = dict(
    dataset=dict(
        _delete_=True, type='PerObjectDataset',
        dataset=dict(_base_.train_dataloader.dataset, pipeline=_base_.per_object_train_pipeline)))
val_dataloader = dict(
    dataset=dict(datasets=[
        dict(each, pipeline=_base_.per_object_test_pipeline)
        for each in _base_.val_dataloader.dataset.datasets
    ]))
test_dataloader = val_dataloader
