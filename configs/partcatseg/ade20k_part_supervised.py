# PartCATSeg on ADE20K-Part-234, fully supervised: every class is trained on, so mIoU is the score
_base_ = './ade20k_part.py'
model = dict(decode_head=dict(train_taxonomy='ade20k_part_234'))
train_dataloader = dict(dataset=dict(split='all'))
default_hooks = dict(checkpoint=dict(save_best='pred_all/mIoU'))
