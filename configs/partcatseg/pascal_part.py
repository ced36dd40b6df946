# PartCATSeg on Pascal-Part-116, zero-shot
_base_ = [
    '../_base_/models/partcatseg_vit-b16_dinov2.py', '../_base_/datasets/pascal_part_116_crop.py',
    '../_base_/schedules/schedule_20k_cosine.py', '../_base_/default_runtime.py'
]
# the first CAT-Seg's published weights; see data/README.md
load_from = 'catseg://data/checkpoints/model_final_base.pth'
effective_batch_size = 4
