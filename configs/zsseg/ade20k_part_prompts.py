# ZSSeg+ on ADE20K-Part-234, stage 1 (ours, see pascal_part_prompts.py)
_base_ = [
    '../_base_/models/zsseg_prompts.py', '../_base_/datasets/ade20k_part_234_per_object.py',
    '../_base_/schedules/schedule_zsseg_prompts.py', '../_base_/default_runtime.py'
]
model = dict(decode_head=dict(train_taxonomy='ade20k_part_234:seen', test_taxonomy='ade20k_part_234'))
train_dataset = _base_.train_dataloader.dataset
train_dataloader = dict(
    dataset=dict(dataset=dict(_delete_=True, type='KShotDataset', shots=128, dataset=train_dataset.dataset)))
effective_batch_size = 32
val_dataloader = val_evaluator = None  # nothing is predicted
