# PartCLIPSeg on Swin-T: maps at strides 8, 16 and 32
_base_ = [
    '../_base_/models/partclipseg_other_backbone.py', '../_base_/datasets/pascal_part_116.py',
    '../_base_/schedules/schedule_20k_scratch_head.py', '../_base_/default_runtime.py'
]
checkpoint = 'https://download.openmmlab.com/mmsegmentation/v0.5/pretrain/swin/swin_tiny_patch4_window7_224_20220317-1cdeb081.pth'  # noqa: E501
model = dict(
    backbone=dict(
        type='SwinTransformer', embed_dims=96, depths=(2, 2, 6, 2), num_heads=(3, 6, 12, 24),
        window_size=7, out_indices=(1, 2, 3), drop_path_rate=0.3,
        init_cfg=dict(type='Pretrained', checkpoint=checkpoint)),
    # masks at the image's size from tokens of stride 32
    decode_head=dict(in_channels=(192, 384, 768), mask_strides=(8, 4)))
