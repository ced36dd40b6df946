# PartCLIPSeg across datasets in miniature: PartShapes in training, the embedded photographs in testing
_base_ = './part_shapes.py'
model = dict(decode_head=dict(test_taxonomy='pascal_part_116'))
val_dataloader = dict(
    batch_size=1,  # photographs differ in size
    dataset=dict(type='PascalPart116Dataset', data_root='data/sample_pascal_part'))
test_dataloader = val_dataloader
default_hooks = dict(checkpoint=dict(save_best='pred_all/mIoU'))
