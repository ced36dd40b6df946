# The paper's main baseline, as OV-PARTS and PartCLIPSeg's authors released it: one prompt per class, a
# learned background, a visual adapter; one mean over all pixels, the unlabelled ones as background
data_preprocessor = dict(
    type='PartSegDataPreProcessor',
    mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375], bgr_to_rgb=True,
    pad_val=0, seg_pad_val=255, size=(352, 352))
model = dict(
    type='PartSegmentor',
    data_preprocessor=data_preprocessor,
    backbone=dict(
        type='OpenCLIPViT', arch='ViT-B-16-quickgelu', pretrained=None, out_indices=(3, 6, 9),
        frozen=True, with_cls_token=True),
    decode_head=dict(
        type='CLIPSegHead',
        train_taxonomy='pascal_part_116:seen',
        test_taxonomy='pascal_part_116',
        text_encoder=dict(
            type='OpenCLIPTextEncoder', arch='ViT-B-16-quickgelu', pretrained=None,
            trainable='embeddings'),
        in_channels=(768, 768, 768),
        channels=64,
        adapter_channels=192,
        loss_object_part=dict(type='PartMaskLoss', unlabelled_as_background=True)),
    train_cfg=dict(),
    # Oracle-Obj: the parts of all objects in the picture compete
    test_cfg=dict(mode='whole', oracle_objects='image'))
