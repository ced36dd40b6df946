# CLIPSeg of `transformers` as it is published, without training: `mmpartseg predict --model clipseg`. It
# knows no background, so a part is there where its own score is above one half
_base_ = './pascal_part_no_adapter.py'
model = dict(test_cfg=dict(background_logit=0.))
