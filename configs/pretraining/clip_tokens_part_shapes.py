# What CLIP's dense features show, told in words: before CATSeg, whose costs are their cosines with words. The
# attention of the image tower and its position embedding learn, the text tower stays
_base_ = ['../_base_/models/catseg_tiny.py', '../_base_/datasets/part_shapes_words.py',
          '../_base_/schedules/pretraining.py']
clip, head = _base_.model.backbone.clip, _base_.model.decode_head
model = dict(
    backbone=dict(_delete_=True, **dict(clip, frozen=False, trainable='attention')),
    decode_head=dict(
        _delete_=True, type='TokenWordsHead', taxonomy='part_shapes:seen', text_encoder=head.text_encoder))
train_dataloader = dict(
    batch_size=48,
    dataset=dict(pipeline=[dict(type='LoadPartImage'), dict(type='PackWords', masks=True)]))
optim_wrapper = dict(optimizer=dict(lr=1e-3, weight_decay=1e-2))
iterations = 600
_base_.param_scheduler[1].update(end=iterations, T_max=iterations - 100)
train_cfg = dict(max_iters=iterations)
