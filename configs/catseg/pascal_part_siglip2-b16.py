# CATSeg on SigLIP 2: its attention pooling sees each token alone. The aggregation starts at random
_base_ = './pascal_part.py'
clip = dict(arch='ViT-B-16-SigLIP2-384', pretrained='webli')
mean, std = [127.5, 127.5, 127.5], [127.5, 127.5, 127.5]
model = dict(
    data_preprocessor=dict(mean=mean, std=std),
    backbone=dict(
        mean=mean, std=std,
        guidance=dict(init_cfg=dict(type='Pretrained', checkpoint='torchvision://resnet101')),
        clip=dict(_delete_=True, type='OpenCLIPImageTower', out_indices=(), dense=True, **clip)),
    decode_head=dict(text_encoder=clip))
load_from = None
