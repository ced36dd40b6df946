# OpenAI's CLIP, as it is inside CLIPSeg, which most other methods start from; fetched when training starts
clip = 'ViT-B-16-quickgelu'
clip_weights = 'clipseg://CIDAS/clipseg-rd64-refined'
clip_text = dict(
    type='CompositePromptEncoder', arch=clip, lengths=(4, 4),
    init_cfg=dict(type='Pretrained', prefix='decode_head.text_encoder', checkpoint=clip_weights))
clip_regions = dict(
    type='CLIPRegionClassifier', arch=clip, size=384, grow=1.2,
    init_cfg=dict(type='Pretrained', prefix='backbone', checkpoint=clip_weights))
