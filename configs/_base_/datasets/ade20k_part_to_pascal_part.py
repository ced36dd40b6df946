_base_ = './pascal_part_116.py'  # tested there
train_dataloader = dict(
    dataset=dict(
        type='ADE20KPart234Dataset', data_root='data/ADE20KPart234',
        data_prefix=dict(
            img_path='images/training', seg_map_path='annotations_detectron2_part/training',
            object_map_path='annotations_detectron2_obj/training')))
