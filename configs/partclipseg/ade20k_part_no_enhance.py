# Table 5 on ADE20K-Part-234, second row: separation loss only
_base_ = './ade20k_part.py'
model = dict(decode_head=dict(loss_enhance=None))
