# What CLIP and CLIPSeg are pre-trained on: tools/pretraining/draw.py
custom_imports = dict(imports=['mmpartseg', 'mmpartseg.pretraining'], allow_failed_imports=False)
train_dataloader = dict(
    batch_size=64, num_workers=0, collate_fn=dict(type='pseudo_collate'),
    sampler=dict(type='InfiniteSampler', shuffle=True),
    dataset=dict(
        type='ScenesWithWords', data_root='data/part_shapes_pretrain',
        pipeline=[dict(type='LoadPartImage'), dict(type='PackWords')]))
