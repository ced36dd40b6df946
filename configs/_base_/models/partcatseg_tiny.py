# PartCATSeg in miniature: catseg_tiny.py with two stacks
_base_ = './catseg_tiny.py'
model = dict(
    decode_head=dict(
        type='PartCATSegHead', class_attention='query',
        loss_object_part=dict(_delete_=True, type='PartMaskLoss'),
        loss_object=dict(type='PartMaskLoss'),
        loss_part=dict(type='PartMaskLoss'),
        loss_composition=dict(type='CompositionLoss')))
