# One object of a scene is a sample, as ZSSeg+ wants it; testing takes whole scenes
_base_ = './part_shapes.py'
steps = _base_.train_pipeline
train_dataloader = dict(
    dataset=dict(
        _delete_=True, type='PerObjectDataset',
        dataset=dict(
            _base_.train_dataloader.dataset,
            pipeline=[*steps[:2], dict(type='KeepObject'), *steps[2:]])))
