# CATSeg on Pascal-Part-116, 16-shot: every class, in the images of the published list
_base_ = './pascal_part.py'
model = dict(decode_head=dict(train_taxonomy='pascal_part_116'))
train_dataloader = dict(dataset=dict(split='all', ann_file='train_16shot.json'))
default_hooks = dict(checkpoint=dict(save_best='pred_all/mIoU'))
