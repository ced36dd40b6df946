_base_ = ['./ade20k_part_234.py', '../pipelines/crop_384.py']
train_dataloader = dict(dataset=dict(pipeline={{_base_.crop_train}}))
# a list replaces a list: both parts of the test set again, see ade20k_part_234.py
test = dict(
    type='ADE20KPart234Dataset', data_root='data/ADE20KPart234', test_mode=True,
    pipeline={{_base_.crop_test}})
val_dataloader = dict(
    dataset=dict(
        datasets=[
            dict(
                test, data_prefix=dict(
                    img_path='images/validation',
                    seg_map_path='annotations_detectron2_part/validation',
                    object_map_path='annotations_detectron2_obj/validation')),
            dict(
                test, ann_file='training_unseen.txt',
                data_prefix=dict(
                    img_path='images/training',
                    seg_map_path='annotations_detectron2_part/training_unseen',
                    object_map_path='annotations_detectron2_obj/training_unseen'))
        ]))
test_dataloader = val_dataloader
train_pipeline = {{_base_.crop_train}}
test_pipeline = {{_base_.crop_test}}
tta_pipeline = {{_base_.crop_tta}}
