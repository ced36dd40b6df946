# Table 5 on ADE20K-Part-234, first row: neither attention loss
_base_ = './ade20k_part.py'
model = dict(decode_head=dict(loss_separation=None, loss_enhance=None))
