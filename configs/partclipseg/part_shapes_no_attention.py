# Table 5 in miniature, first row: neither attention loss
_base_ = './part_shapes.py'
model = dict(decode_head=dict(loss_separation=None, loss_enhance=None))
