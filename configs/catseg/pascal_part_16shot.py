# CATSeg on Pascal-Part-116, 16-shot: every class, in the images of the published list
_base_ = './pascal_part_supervised.py'
train_dataloader = dict(dataset=dict(ann_file='train_16shot.json'))
