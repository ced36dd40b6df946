_base_ = './film_vit-b16.py'
model = dict(
    decode_head=dict(
        type='PartCLIPSegHead',
        loss_object_part=dict(type='PartMaskLoss'),
        loss_object=dict(type='PartMaskLoss', loss_weight=1.0),  # lambda_1
        loss_part=dict(type='PartMaskLoss', loss_weight=1.0),  # lambda_2
        loss_separation=dict(type='SeparationLoss', loss_weight=0.1, threshold=0.3),
        loss_enhance=dict(type='EnhanceLoss', loss_weight=0.01)))
