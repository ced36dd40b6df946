# ZSSeg+ on Pascal-Part-116, stage 1: the prompts. It was not released; this is the recipe of its parent
# zsseg as far as it goes with composite prompts
_base_ = [
    '../_base_/models/zsseg_prompts.py', '../_base_/datasets/pascal_part_116_per_object.py',
    '../_base_/schedules/schedule_zsseg_prompts.py', '../_base_/default_runtime.py'
]
train_dataset = _base_.train_dataloader.dataset
train_dataloader = dict(
    dataset=dict(dataset=dict(_delete_=True, type='KShotDataset', shots=128, dataset=train_dataset.dataset)))
effective_batch_size = 32
val_dataloader = val_evaluator = None  # nothing is predicted
