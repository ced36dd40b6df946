# Table 5 in miniature, second row: separation loss only
_base_ = './part_shapes.py'
model = dict(decode_head=dict(loss_enhance=None))
