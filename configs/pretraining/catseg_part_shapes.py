# CATSeg's own training on the tiny CLIP: masks of words, as CAT-Seg's first version had COCO-Stuff's. The
# attention of CLIP's image tower and its position embedding learn along, as there, at a tenth of the rate
_base_ = ['../_base_/models/catseg_tiny.py', '../_base_/datasets/part_shapes_words.py',
          '../_base_/schedules/pretraining.py']
clip = 'work_dirs/pretraining/clip_tokens/iter_600.pth'
head = dict(_base_.model.decode_head, type='CostPhraseHead', taxonomy='part_shapes:seen')
for name in ('train_taxonomy', 'test_taxonomy', 'loss_object_part'):
    head.pop(name)
model = dict(
    backbone=dict(clip=dict(frozen=False, trainable='attention', init_cfg=dict(checkpoint=clip))),
    decode_head=dict(_delete_=True, **head))
train_dataloader = dict(
    batch_size=4, dataset=dict(pipeline=[dict(type='LoadPartImage'), dict(type='PackWords', masks=True)]))
optim_wrapper = dict(
    optimizer=dict(lr=2e-3, weight_decay=1e-2),
    paramwise_cfg=dict(custom_keys={'backbone.clip': dict(lr_mult=0.1)}))
iterations = 700
_base_.param_scheduler[1].update(end=iterations, T_max=iterations - 100)
train_cfg = dict(max_iters=iterations)
