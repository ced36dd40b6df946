# PartCLIPSeg on any CLIP of open_clip: a leaf names architecture and tag once for both towers, and how the
# tag's pictures are normalised. Widths, features and the size of masks follow from the architecture. Both
# towers are frozen (the table of tokens of SigLIP 2 alone has 197 million weights), the head starts at random
_base_ = './partclipseg_vit-b16.py'
model = dict(
    data_preprocessor=dict(  # of most tags
        mean=[122.7709383, 116.7460125, 104.09373615], std=[68.5005327, 66.6321579, 70.32316305]),
    backbone=dict(_delete_=True, type='OpenCLIPImageTower', frozen=True, with_cls_token=True),
    decode_head=dict(
        text_encoder=dict(_delete_=True, type='OpenCLIPTextEncoder', trainable='none'),
        adapter_channels=None))  # it adapts hidden states of one width
