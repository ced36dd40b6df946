# PartCATSeg on Pascal-Part-116, fully supervised: every class is trained on, so mIoU is the score
_base_ = './pascal_part.py'
model = dict(decode_head=dict(train_taxonomy='pascal_part_116'))
train_dataloader = dict(dataset=dict(split='all'))
default_hooks = dict(checkpoint=dict(save_best='pred_all/mIoU'))
