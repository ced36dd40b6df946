# PartCLIPSeg as of partclipseg_vit-b16.py, without what only training needs
object_segmentor = dict(
    type='PartSegmentor',
    data_preprocessor=dict(
        type='PartSegDataPreProcessor',
        mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375], bgr_to_rgb=True, size=(352, 352)),
    backbone=dict(
        type='OpenCLIPViT', arch='ViT-B-16-quickgelu', pretrained=None, frozen=True, with_cls_token=True),
    decode_head=dict(
        type='PartCLIPSegHead', train_taxonomy='pascal_part_116:seen', test_taxonomy='pascal_part_116',
        text_encoder=dict(type='OpenCLIPTextEncoder', arch='ViT-B-16-quickgelu', trainable='embeddings'),
        channels=64, adapter_channels=192),
    train_cfg=dict(),
    test_cfg=dict(mode='whole'))
