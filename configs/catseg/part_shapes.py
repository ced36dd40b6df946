# CATSeg in miniature, on the data of the quickstart and for as many of its iterations
_base_ = [
    '../_base_/models/catseg_tiny.py', '../_base_/datasets/part_shapes.py',
    '../_base_/schedules/part_shapes_from_clip.py', '../_base_/default_runtime.py'
]
effective_batch_size = 4
# what CATSeg has learned of phrases
load_from = 'catseg://data/miniature/catseg.safetensors'
