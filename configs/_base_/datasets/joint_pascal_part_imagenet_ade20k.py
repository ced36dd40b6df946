# Pascal-Part-116, PartImageNet and ADE20K-Part-234 in one training set; tested on each in turn
_base_ = './pascal_part_116.py'
differ = ['classes', 'palette', 'object_classes', 'label_map', 'taxonomy']
part_imagenet = dict(type='PartImageNetDataset', data_root='data/PartImageNet')
ade20k = dict(type='ADE20KPart234Dataset', data_root='data/ADE20KPart234')
seen = dict(split='seen', pipeline={{_base_.train_pipeline}})
test = dict(test_mode=True, pipeline={{_base_.test_pipeline}})
train_dataloader = dict(
    dataset=dict(
        _delete_=True, type='ConcatDataset', ignore_keys=differ,
        datasets=[
            {{_base_.train_dataloader.dataset}},
            dict(
                part_imagenet, **seen, ann_file='train.txt',
                data_prefix=dict(
                    img_path='images/train', seg_map_path='annotations_part/train',
                    object_map_path='annotations_object/train')),
            dict(
                ade20k, **seen,
                data_prefix=dict(
                    img_path='images/training',
                    seg_map_path='annotations_detectron2_part/training',
                    object_map_path='annotations_detectron2_obj/training'))
        ]))
val_dataloader = dict(
    dataset=dict(
        _delete_=True, type='ConcatDataset', ignore_keys=differ,
        datasets=[
            {{_base_.val_dataloader.dataset}},
            dict(
                part_imagenet, **test, ann_file='val.txt',
                data_prefix=dict(
                    img_path='images/val', seg_map_path='annotations_part/val',
                    object_map_path='annotations_object/val')),
            # its zero-shot test set has two parts, see ade20k_part_234.py
            dict(
                type='ConcatDataset',
                datasets=[
                    dict(
                        ade20k, **test,
                        data_prefix=dict(
                            img_path='images/validation',
                            seg_map_path='annotations_detectron2_part/validation',
                            object_map_path='annotations_detectron2_obj/validation')),
                    dict(
                        ade20k, **test, ann_file='training_unseen.txt',
                        data_prefix=dict(
                            img_path='images/training',
                            seg_map_path='annotations_detectron2_part/training_unseen',
                            object_map_path='annotations_detectron2_obj/training_unseen'))
                ])
        ]))
test_dataloader = val_dataloader
val_evaluator = [
    dict(type='OpenVocabPartIoU', prefix=name)
    for name in ('pascal_part_116', 'part_imagenet', 'ade20k_part_234')
]
test_evaluator = val_evaluator
