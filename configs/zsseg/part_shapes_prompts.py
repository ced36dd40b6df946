# ZSSeg+ in miniature, stage 1: the prompts
_base_ = [
    '../_base_/models/zsseg_prompts.py', '../_base_/models/tiny_clip.py',
    '../_base_/datasets/part_shapes_per_object.py',
    '../_base_/schedules/schedule_zsseg_prompts.py', '../_base_/default_runtime.py'
]
model = dict(
    decode_head=dict(
        # over all classes the prompts learn to tell objects alone, and w stays near 0: the crop shows them
        own_classes_only=True,
        train_taxonomy='part_shapes:seen', test_taxonomy='part_shapes',
        text_encoder=dict(
            _delete_=True, type='CompositePromptEncoder', arch={{_base_.tiny_clip}}, lengths=(4, 4),
            train_prompts=True, init_cfg={{_base_.text_weights}}),
        regions=dict(
            _delete_=True, type='CLIPRegionClassifier', arch={{_base_.tiny_clip}}, size=96, grow=1.2,
            train_fuse_weight=True, init_cfg={{_base_.image_weights}},
            mean={{_base_.pixel_mean}}, std={{_base_.pixel_std}})))
effective_batch_size, iterations = 8, 1200
_base_.param_scheduler[1].update(end=iterations, T_max=iterations - 100)
train_cfg = dict(max_iters=iterations)
default_hooks = dict(checkpoint=dict(interval=iterations))
val_dataloader = val_evaluator = None  # nothing is predicted
