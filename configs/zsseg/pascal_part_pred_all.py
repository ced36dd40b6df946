# Pred-All, which the method itself does not have: the objects of each pixel are PartCLIPSeg's
_base_ = ['./pascal_part.py', '../_base_/models/object_segmentor.py']
model = dict(
    object_segmentor=dict(
        _base_.object_segmentor,
        init_cfg=dict(type='Pretrained', checkpoint='work_dirs/partclipseg/pascal_part/iter_20000.pth')))
