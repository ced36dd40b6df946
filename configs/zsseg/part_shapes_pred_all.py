# Pred-All, which the method itself does not have: the objects of each pixel are the shipped PartCLIPSeg's
_base_ = './part_shapes.py'
model = dict(object_segmentor=_base_.object_segmentor)
