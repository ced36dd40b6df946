_base_ = './pascal_part_116.py'  # tested there
train_dataloader = dict(
    dataset=dict(
        type='PartImageNetDataset', data_root='data/PartImageNet', ann_file='train.txt',
        data_prefix=dict(
            img_path='images/train', seg_map_path='annotations_part/train',
            object_map_path='annotations_object/train')))
