# CLIPSeg across datasets in miniature: PartSketches in training, PartShapes in testing
_base_ = ['./part_shapes.py', '../_base_/datasets/part_sketches_to_part_shapes.py']
model = dict(decode_head=dict(train_taxonomy='part_sketches:seen'))
train_dataloader = dict(dataset={{_base_.part_sketches_train}})
# the harmonic mean of PartShapes' own seen and unseen objects says nothing here
default_hooks = dict(checkpoint=dict(save_best='pred_all/mIoU'))
