# PartCATSeg: CATSeg's aggregation twice, guided by DINOv2
_base_ = './catseg_vit-b16_r101.py'
model = dict(
    backbone=dict(
        guidance=dict(
            _delete_=True, type='DINOv2', arch='vit_small_patch14_dinov2', pretrained=True),
        guidance_size=(448, 448)),
    decode_head=dict(
        type='PartCATSegHead',
        in_channels=(384, 384, 384),
        in_index=(0, 0, 0),  # one map, resized to the grid and to two and four times it
        class_attention='query',
        loss_object_part=dict(_delete_=True, type='PartMaskLoss'),
        loss_object=dict(type='PartMaskLoss'),
        loss_part=dict(type='PartMaskLoss'),
        loss_composition=dict(type='CompositionLoss')))
