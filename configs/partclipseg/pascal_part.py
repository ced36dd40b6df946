# PartCLIPSeg on Pascal-Part-116, zero-shot: the full recipe of the paper. Where the released training does
# something else that the text does not say (BGR, two resizes, an untrained background, …): docs/recipe.md
# lists it, pascal_part_as_released.py repeats it
_base_ = [
    '../_base_/models/partclipseg_vit-b16.py', '../_base_/datasets/pascal_part_116.py',
    '../_base_/schedules/schedule_20k.py', '../_base_/default_runtime.py'
]
load_from = 'clipseg://CIDAS/clipseg-rd64-refined'
