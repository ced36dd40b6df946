# Table 5, first row: neither attention loss
_base_ = './pascal_part.py'
model = dict(decode_head=dict(loss_separation=None, loss_enhance=None))
