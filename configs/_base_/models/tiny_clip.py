# A CLIP for PartShapes that two CPU cores pre-train within two hours. Half of the image tokens are
# left out of a training step (Li et al. 2023, FLIP). The text tower is narrow, since its table of
# 49,408 tokens is most of the 10 MB that the weights may take in the repository
tiny_clip = dict(
    embed_dim=64,
    vision_cfg=dict(
        image_size=96, patch_size=8, width=128, head_width=32, layers=6, patch_dropout=0.5),
    text_cfg=dict(context_length=77, vocab_size=49408, width=56, heads=4, layers=3))
# its shipped towers, for models that keep CLIP elsewhere than CLIPSeg does; read when training starts
weights = 'clipseg://data/miniature/clipseg'
image_weights = dict(type='Pretrained', prefix='backbone', checkpoint=weights)
text_weights = dict(type='Pretrained', prefix='decode_head.text_encoder', checkpoint=weights)
pixel_mean, pixel_std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # with which they were trained
