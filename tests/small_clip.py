"""The sizes of a CLIP that is pre-trained within seconds."""
ARCH = dict(
    embed_dim=16,
    vision_cfg=dict(image_size=32, patch_size=8, width=32, head_width=16, layers=2, patch_dropout=0.5),
    text_cfg=dict(context_length=77, vocab_size=49408, width=16, heads=2, layers=1))
