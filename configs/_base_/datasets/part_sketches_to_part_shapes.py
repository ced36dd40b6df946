# To stand beside a config of PartShapes, which it is tested on: the data of training
part_sketches_train = dict(
    type='PartSketchesDataset', data_root='data/part_sketches', ann_file='train.txt',
    data_prefix=dict(
        img_path='images/train', seg_map_path='annotations_part/train',
        object_map_path='annotations_object/train'))
