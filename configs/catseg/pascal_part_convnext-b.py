# CATSeg on ConvNeXt CLIP, whose mean pooling sees each place alone, at 768 pixels for 24 x 24 places
_base_ = './pascal_part.py'
clip = dict(arch='convnext_base_w', pretrained='laion2b_s13b_b82k_augreg')
model = dict(
    backbone=dict(
        clip_size=(768, 768),
        guidance=dict(init_cfg=dict(type='Pretrained', checkpoint='torchvision://resnet101')),
        clip=dict(_delete_=True, type='OpenCLIPImageTower', out_indices=(), dense=True, **clip)),
    decode_head=dict(text_encoder=clip))
load_from = None
