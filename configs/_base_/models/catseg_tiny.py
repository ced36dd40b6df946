# The cost family in miniature, as the variant of the paper's tables: the CLIP of PartShapes, frozen,
# guided by a narrow ResNet-18 that learns from nothing. The prompts are of its captions' kind
_base_ = './partclipseg_tiny.py'
mean, std = {{_base_.data_preprocessor.mean}}, {{_base_.data_preprocessor.std}}
model = dict(
    backbone=dict(
        _delete_=True, type='GuidedCLIP', clip_size=(96, 96), guidance_size=(192, 192),
        mean=mean, std=std, guidance_mean=mean, guidance_std=std,
        clip=dict(
            type='OpenCLIPViT', arch={{_base_.tiny_clip}}, out_indices=(), dense='token', frozen=True,
            init_cfg={{_base_.image_weights}}),
        guidance=dict(
            type='ResNet', depth=18, base_channels=16, stem_channels=16, num_stages=3,
            strides=(1, 2, 2), dilations=(1, 1, 1), out_indices=(0, 1, 2))),
    decode_head=dict(
        _delete_=True, type='CATSegHead', train_taxonomy='part_shapes:seen',
        test_taxonomy='part_shapes',
        text_encoder=dict(
            type='OpenCLIPTextEncoder', arch={{_base_.tiny_clip}}, trainable='none', averaged=False,
            templates=['{}', 'a {}', 'a picture of a {}', 'a drawing of a {}', 'this shows a {}'],
            init_cfg={{_base_.text_weights}}),
        in_channels=(16, 32, 64), channels=32, window=6, appearance_channels=32, text_channels=32,
        decoder_channels=(32, 16), decoder_guidance_channels=(16, 8),
        loss_object_part=dict(type='PartMaskLoss', unlabelled_as_background=True)))
