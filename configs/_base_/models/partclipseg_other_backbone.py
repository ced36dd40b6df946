# PartCLIPSeg on a backbone that is not CLIP's: leaves state backbone and in_channels. The text
# encoder takes its weights from inside CLIPSeg, fetched when training starts; the rest of the head
# starts at random
_base_ = './partclipseg_vit-b16.py'
model = dict(
    backbone=dict(_delete_=True),
    decode_head=dict(
        adapter_channels=None,  # it adapts CLIP's hidden states, which have one width
        text_encoder=dict(
            init_cfg=dict(
                type='Pretrained', prefix='decode_head.text_encoder',
                checkpoint='clipseg://CIDAS/clipseg-rd64-refined'))))
