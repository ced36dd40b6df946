_base_ = './pascal_part_116.py'
data_root = 'data/ADE20KPart234'
train_dataloader = dict(
    dataset=dict(
        type='ADE20KPart234Dataset', data_root=data_root,
        data_prefix=dict(
            img_path='images/training', seg_map_path='annotations_detectron2_part/training',
            object_map_path='annotations_detectron2_obj/training')))
# the zero-shot test set: all validation images, and the unseen objects of the training images
val_dataloader = dict(
    dataset=dict(
        _delete_=True, type='ConcatDataset',
        datasets=[
            dict(
                type='ADE20KPart234Dataset', data_root=data_root, test_mode=True,
                pipeline={{_base_.test_pipeline}},
                data_prefix=dict(
                    img_path='images/validation',
                    seg_map_path='annotations_detectron2_part/validation',
                    object_map_path='annotations_detectron2_obj/validation')),
            dict(
                type='ADE20KPart234Dataset', data_root=data_root, test_mode=True,
                pipeline={{_base_.test_pipeline}}, ann_file='training_unseen.txt',
                data_prefix=dict(
                    img_path='images/training',
                    seg_map_path='annotations_detectron2_part/training_unseen',
                    object_map_path='annotations_detectron2_obj/training_unseen'))
        ]))
test_dataloader = val_dataloader
