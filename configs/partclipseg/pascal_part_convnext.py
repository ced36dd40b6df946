# PartCLIPSeg on ConvNeXt-T: maps at strides 4, 8, 16 and 32. The backbone is timm's, which open_clip
# installs, and so are its weights, fetched when training starts. mmpretrain's ConvNeXt
# with `gap_before_final_norm=False` has maps of the same widths and strides
_base_ = [
    '../_base_/models/partclipseg_other_backbone.py', '../_base_/datasets/pascal_part_116.py',
    '../_base_/schedules/schedule_20k_scratch_head.py', '../_base_/default_runtime.py'
]
model = dict(
    backbone=dict(
        type='TIMMBackbone', model_name='convnext_tiny', features_only=True, pretrained=False,
        out_indices=(0, 1, 2, 3), drop_path_rate=0.1,
        init_cfg=dict(type='Pretrained', checkpoint='timm://convnext_tiny')),
    # masks at the image's size from tokens of stride 32
    decode_head=dict(in_channels=(96, 192, 384, 768), mask_strides=(8, 4)))
