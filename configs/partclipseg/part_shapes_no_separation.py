# Table 5 in miniature, with the released separation term: it has no gradient, so there is none to train on
_base_ = './part_shapes.py'
model = dict(decode_head=dict(loss_separation=None))
