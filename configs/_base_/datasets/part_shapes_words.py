# What CLIP and CLIPSeg are pre-trained on: tools/pretraining/draw.py
custom_imports = dict(imports=['mmpartseg', 'mmpartseg.pretraining'], allow_failed_imports=False)
scenes = dict(
    type='ScenesWithWords', data_root='data/part_shapes_pretrain',
    pipeline=[dict(type='LoadPartImage'), dict(type='PackWords')])
train_dataloader = dict(
    num_workers=2, persistent_workers=True, collate_fn=dict(type='pseudo_collate'),
    sampler=dict(type='InfiniteSampler', shuffle=True), dataset=scenes)
