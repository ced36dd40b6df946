# The full-size model on the embedded photographs, on CPU: shows that the recipe runs, not how good
# it is (random weights, two training images: the third shows unseen objects only)
_base_ = './pascal_part.py'
load_from = None  # or 'clipseg://CIDAS/clipseg-rd64-refined' where the hub can be reached
effective_batch_size = 2
train_dataloader = dict(
    num_workers=0, persistent_workers=False, dataset=dict(data_root='data/sample_pascal_part'))
val_dataloader = dict(
    num_workers=0, persistent_workers=False, dataset=dict(data_root='data/sample_pascal_part'))
test_dataloader = val_dataloader
train_cfg = dict(max_iters=4, val_interval=4)
default_hooks = dict(logger=dict(interval=1), checkpoint=dict(interval=4))
