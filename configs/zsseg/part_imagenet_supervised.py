# ZSSeg+ on PartImageNet, fully supervised: every class is trained on, so mIoU is the score
_base_ = './part_imagenet.py'
model = dict(decode_head=dict(train_taxonomy='part_imagenet'))
train_dataloader = dict(dataset=dict(dataset=dict(split='all')))
default_hooks = dict(checkpoint=dict(save_best='oracle_obj/mIoU'))
