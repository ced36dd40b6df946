# PartCLIPSeg across datasets in miniature: PartShapes in training, the embedded photographs in testing
_base_ = './part_shapes.py'
model = dict(decode_head=dict(test_taxonomy='pascal_part_116'))
val_dataloader = dict(
    batch_size=1,  # photographs differ in size
    dataset=dict(
        type='PascalPart116Dataset', data_root='data/sample_pascal_part',
        data_prefix=dict(  # PartShapes has a test set apart, the photographs have none
            img_path='images/val', seg_map_path='annotations_detectron2_part/val',
            object_map_path='annotations_detectron2_obj/val')))
test_dataloader = val_dataloader
default_hooks = dict(checkpoint=dict(save_best='pred_all/mIoU'))
