# CLIP's image tower under necks and heads of mmseg: four maps (N, 768, H/16, W/16), no CLS token.
# Its weights are those inside CLIPSeg, fetched when training starts
data_preprocessor = dict(
    type='PartSegDataPreProcessor',
    mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375], bgr_to_rgb=True,
    pad_val=0, seg_pad_val=255, size=(512, 512))
model = dict(
    type='PartSegmentor',
    data_preprocessor=data_preprocessor,
    taxonomy='pascal_part_116',
    backbone=dict(
        type='OpenCLIPViT', arch='ViT-B-16-quickgelu', pretrained=None, out_indices=(2, 5, 8, 11),
        frozen=False,
        init_cfg=dict(
            type='Pretrained', prefix='backbone', checkpoint='clipseg://CIDAS/clipseg-rd64-refined')),
    train_cfg=dict(),
    test_cfg=dict(mode='whole'))
