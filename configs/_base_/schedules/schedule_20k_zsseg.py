# ZSSeg+'s published schedule: that of PartCLIPSeg, a tenth of the learning rate for the backbone
_base_ = './schedule_20k.py'
optim_wrapper = dict(
    paramwise_cfg=dict(
        _delete_=True, norm_decay_mult=0.,
        custom_keys={'backbone': dict(lr_mult=0.1), 'query_embed': dict(decay_mult=0.)}))
train_cfg = dict(val_interval=5000)
# its Pred-All is not the method's own
default_hooks = dict(checkpoint=dict(interval=5000, save_best='oracle_obj/harmonic'))
