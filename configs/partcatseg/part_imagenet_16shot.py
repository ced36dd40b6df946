# PartCATSeg on PartImageNet, 16-shot: no list is published, so images are drawn with a seed
_base_ = './part_imagenet_supervised.py'
train_dataloader = dict(
    dataset=dict(
        _delete_=True, type='KShotDataset', shots=16, seed=0,
        dataset={{_base_.train_dataloader.dataset}}))
