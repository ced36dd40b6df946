# Table 5, second row: separation loss only
_base_ = './pascal_part.py'
model = dict(decode_head=dict(loss_enhance=None))
