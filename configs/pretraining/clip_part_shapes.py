# Contrastive pre-training of the tiny CLIP on captions of PartShapes
_base_ = ['../_base_/models/tiny_clip.py', '../_base_/datasets/part_shapes_words.py',
          '../_base_/schedules/pretraining.py']
model = dict(
    type='ContrastiveCLIP', arch={{_base_.tiny_clip}},
    data_preprocessor=dict(
        type='mmengine.ImgDataPreprocessor', mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375], bgr_to_rgb=True))
train_dataloader = dict(
    batch_size=256,
    # scenes of a single thing come twice: their captions leave no doubt what a word means
    dataset=dict(
        _delete_=True, type='mmengine.ConcatDataset',
        datasets=[_base_.scenes, dict(_base_.scenes, most_things=1)]))
optim_wrapper = dict(optimizer=dict(lr=1.5e-3))
iterations = 1200
_base_.param_scheduler[1].update(end=iterations, T_max=iterations - 100)
train_cfg = dict(max_iters=iterations)
