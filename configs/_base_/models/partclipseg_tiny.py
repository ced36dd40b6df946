# PartCLIPSeg on the tiny CLIP of PartShapes: the full-size model but for its sizes. (An architecture
# that is no name replaces its dict whole.)
_base_ = ['./tiny_clip.py', './partclipseg_vit-b16.py']
model = dict(
    data_preprocessor=dict(size=(96, 96)),
    backbone=dict(
        _delete_=True, type='OpenCLIPViT', arch={{_base_.tiny_clip}}, out_indices=(2, 4), frozen=True,
        with_cls_token=True),
    decode_head=dict(
        train_taxonomy='part_shapes:seen', test_taxonomy='part_shapes',
        text_encoder=dict(
            _delete_=True, type='OpenCLIPTextEncoder', arch={{_base_.tiny_clip}}, trainable='embeddings'),
        in_channels=(128, 128), channels=32, ffn_channels=128, num_heads=1, adapter_channels=32,
        mask_strides=(2, 2),
        with_cp=False))  # there is memory to spare
