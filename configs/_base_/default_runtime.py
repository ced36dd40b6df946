custom_imports = dict(imports=['mmpartseg'], allow_failed_imports=False)
default_scope = 'mmseg'
env_cfg = dict(
    cudnn_benchmark=True,
    mp_cfg=dict(mp_start_method='fork', opencv_num_threads=0),
    dist_cfg=dict(backend='nccl'))
custom_hooks = [
    dict(type='TaxonomyCheckHook'), dict(type='LoadedWeightsHook'), dict(type='ReleasedGroundTruthHook'),
    dict(type='NonFiniteLossHook'), dict(type='EffectiveBatchHook'), dict(type='PreprocessingCheckHook')
]
visualizer = dict(
    type='PartLocalVisualizer', name='visualizer', vis_backends=[dict(type='LocalVisBackend')])
log_processor = dict(type='PartLogProcessor', by_epoch=False)
log_level = 'INFO'
load_from = None
resume = False
# a switched-off loss can leave a branch without a gradient, which DDP would refuse
find_unused_parameters = True
randomness = dict(seed=12345678)
