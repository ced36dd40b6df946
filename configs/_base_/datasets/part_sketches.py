_base_ = './part_shapes.py'
data_root = 'data/part_sketches'
train_dataloader = dict(
    dataset=dict(
        type='PartSketchesDataset', data_root=data_root, ann_file='train.txt',
        data_prefix=dict(
            img_path='images/train', seg_map_path='annotations_part/train',
            object_map_path='annotations_object/train')))
val_dataloader = dict(
    dataset=dict(
        type='PartSketchesDataset', data_root=data_root, ann_file='val.txt',
        data_prefix=dict(
            img_path='images/val', seg_map_path='annotations_part/val',
            object_map_path='annotations_object/val')))
test_dataloader = val_dataloader
