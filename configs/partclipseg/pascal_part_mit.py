# PartCLIPSeg on SegFormer's MiT-B2: maps at strides 8, 16 and 32
_base_ = [
    '../_base_/models/partclipseg_other_backbone.py', '../_base_/datasets/pascal_part_116.py',
    '../_base_/schedules/schedule_20k_scratch_head.py', '../_base_/default_runtime.py'
]
checkpoint = 'https://download.openmmlab.com/mmsegmentation/v0.5/pretrain/segformer/mit_b2_20220624-66e8bf70.pth'  # noqa: E501
model = dict(
    backbone=dict(
        type='MixVisionTransformer', embed_dims=64, num_layers=(3, 4, 6, 3),
        num_heads=(1, 2, 5, 8), out_indices=(1, 2, 3), qkv_bias=True, drop_path_rate=0.1,
        init_cfg=dict(type='Pretrained', checkpoint=checkpoint)),
    # masks at the image's size from tokens of stride 32
    decode_head=dict(in_channels=(128, 320, 512), mask_strides=(8, 4)))
