# PartCATSeg on ADE20K-Part-234, zero-shot
_base_ = [
    '../_base_/models/partcatseg_vit-b16_dinov2.py', '../_base_/datasets/ade20k_part_234_crop.py',
    '../_base_/schedules/schedule_20k_cosine.py', '../_base_/default_runtime.py'
]
model = dict(
    decode_head=dict(train_taxonomy='ade20k_part_234:seen', test_taxonomy='ade20k_part_234'))
# the first CAT-Seg's published weights; see data/README.md
load_from = 'catseg://data/checkpoints/model_final_base.pth'
effective_batch_size = 4
