# ZSSeg+ in miniature, stage 2: the proposals
_base_ = [
    '../_base_/models/zsseg_tiny.py', '../_base_/datasets/part_shapes_per_object.py',
    '../_base_/schedules/part_shapes_from_clip.py', '../_base_/default_runtime.py'
]
# the prompts of stage 1, part_shapes_prompts.py
load_from = 'zsseg://work_dirs/zsseg/part_shapes_prompts/iter_1200.pth'
effective_batch_size = 8  # objects: about as many as 4 scenes have
optim_wrapper = dict(paramwise_cfg=dict(custom_keys={'query_embed': dict(decay_mult=0.)}))
# its Pred-All is not the method's own
default_hooks = dict(checkpoint=dict(save_best='oracle_obj/harmonic'))
iterations = 3600  # proposals start from nothing: three times the quickstart's, in as many minutes
_base_.param_scheduler[0].update(end=iterations)
train_cfg = dict(max_iters=iterations, val_interval=iterations)
