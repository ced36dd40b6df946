# Trained on 109 objects, tested on images of 19 others: no seen object is in the test set
_base_ = './part_imagenet.py'
ignored = 65535  # 482 classes do not fit into 8 bits; model.data_preprocessor and the head need it too
ood = dict(type='PartImageNetOODDataset', data_root='data/PartImageNet_OOD', ignore_index=ignored)
train_dataloader = dict(dataset=ood)
val_dataloader = dict(dataset=ood)
test_dataloader = val_dataloader
val_evaluator = dict(ignore_index=ignored)
test_evaluator = val_evaluator
