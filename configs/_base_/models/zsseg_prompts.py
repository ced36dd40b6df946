_base_ = './zsseg_clip.py'
# no normalisation: the crops that CLIP sees are normalised in its own way
data_preprocessor = dict(
    type='PartSegDataPreProcessor', bgr_to_rgb=True, pad_val=0, seg_pad_val=255, size_divisor=32)
model = dict(
    type='PartSegmentor',
    data_preprocessor=data_preprocessor,
    backbone=dict(type='Pixels'),
    decode_head=dict(
        type='RegionPromptHead',
        train_taxonomy='pascal_part_116:seen',
        test_taxonomy='pascal_part_116',
        text_encoder=dict(_base_.clip_text, train_prompts=True),
        regions=dict(_base_.clip_regions, train_fuse_weight=True)),
    train_cfg=dict(),
    test_cfg=dict(mode='whole'))
