# CLIPSeg's decoder on the tiny CLIP, asked phrases. The image tower learns along, which CLIPSeg's own
# does not: a CLIP that has read 24,000 pictures knows less of what is where than one that has read 400
# million
_base_ = './tiny_clip.py'
clip = 'work_dirs/pretraining/clip.pt'
model = dict(
    type='PartSegmentor',
    data_preprocessor=dict(
        type='PartSegDataPreProcessor', mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375],
        bgr_to_rgb=True, size=(96, 96), seg_pad_val=255),
    backbone=dict(
        type='OpenCLIPViT', arch={{_base_.tiny_clip}}, pretrained=clip, out_indices=(2, 4),
        frozen=False, with_cls_token=True),
    decode_head=dict(
        type='PhraseHead', train_taxonomy='part_shapes', test_taxonomy='part_shapes',
        text_encoder=dict(
            type='OpenCLIPTextEncoder', arch={{_base_.tiny_clip}}, pretrained=clip, trainable='none'),
        in_channels=(128, 128), channels=32, ffn_channels=128, num_heads=1, mask_strides=(2, 2),
        with_cp=False, class_chunk=8, num_phrases=24, num_pictures=5),
    train_cfg=dict(),
    test_cfg=dict(mode='whole'))
