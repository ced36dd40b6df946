# CATSeg as in OV-PARTS on Pascal-Part-116, zero-shot
_base_ = [
    '../_base_/models/catseg_vit-b16_r101.py', '../_base_/datasets/pascal_part_116_crop.py',
    '../_base_/schedules/schedule_80k_cosine.py', '../_base_/default_runtime.py'
]
# the first CAT-Seg's published weights; see data/README.md
load_from = 'catseg://data/checkpoints/model_final_base.pth'
