# PartCLIPSeg on Pascal-Part-116 as the released code trains it, also where the paper's text does not say
# so; docs/recipe.md has the list. Not the paper's method: `pascal_part.py` is
_base_ = [
    '../_base_/models/partclipseg_vit-b16.py', '../_base_/datasets/pascal_part_116_as_released.py',
    '../_base_/schedules/schedule_20k.py', '../_base_/default_runtime.py'
]
model = dict(
    decode_head=dict(
        released_text_index=True, token_shares='nearest', loss_separation=None,  # theirs has no gradient
        loss_enhance=dict(loss_weight=0.01 / 8)))  # divided by the batch size once more
# the background vector keeps its start
frozen = dict(background_embedding=dict(lr_mult=0., decay_mult=0.))
optim_wrapper = dict(paramwise_cfg=dict(custom_keys=frozen))
load_from = 'clipseg://CIDAS/clipseg-rd64-refined'
