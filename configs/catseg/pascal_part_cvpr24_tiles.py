# CAT-Seg's slower test: four tiles of 384 and the whole, without pooling in the class aggregation
_base_ = './pascal_part_cvpr24.py'
model = dict(
    decode_head=dict(pooling=1),
    test_cfg=dict(mode='tiles_and_whole', size=(640, 640), tile=384, stride=256))
