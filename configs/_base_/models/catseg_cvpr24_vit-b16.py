# CAT-Seg as of CVPR 2024: queries and values of both towers are trained, CLIP guides itself; there is no
# background class, so Pred-All paints every pixel
_base_ = './cost_vit-b16.py'
clip = 'clipseg://CIDAS/clipseg-rd64-refined'  # OpenAI's weights are inside
model = dict(
    backbone=dict(
        clip=dict(
            out_indices=(3, 7), dense='cls', frozen=False, trainable='query_value',
            init_cfg=dict(type='Pretrained', prefix='backbone', checkpoint=clip))),
    decode_head=dict(
        text_encoder=dict(
            trainable='query_value', templates=['A photo of a {} in the scene'],
            init_cfg=dict(
                type='Pretrained', prefix='decode_head.text_encoder', checkpoint=clip)),
        in_channels=(768, 768),
        upsampled_channels=(256, 128),
        padded_classes=256,
        background=False,
        synonyms='first',
        loss_object_part=dict(background_weight=None, unlabelled_as_negative=True)))
