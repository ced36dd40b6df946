# The end of CLIP's image tower once more: the blocks before it have moved in CLIPSeg's training
_base_ = './clip_part_shapes.py'
model = dict(
    pretrained='work_dirs/pretraining/clip_moved.pt',
    trained=('visual.transformer.resblocks.5.', 'visual.ln_post.', 'visual.proj'))
iterations = 200
_base_.param_scheduler[1].update(end=iterations, T_max=iterations - 100)
train_cfg = dict(max_iters=iterations)
