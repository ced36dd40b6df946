# The quickstart with the released code's slip: a part's text stands in for its object's
_base_ = './part_shapes.py'
model = dict(decode_head=dict(released_text_index=True))
