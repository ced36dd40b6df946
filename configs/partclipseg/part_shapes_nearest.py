# Table 5 in miniature: a token belongs to a class by its nearest pixel, as released, not by area
_base_ = './part_shapes.py'
model = dict(decode_head=dict(token_shares='nearest'))
