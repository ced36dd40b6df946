# The paper's main baseline in miniature, with the settings of the quickstart, but that its decoder learns: it
# has nothing else to learn parts with
_base_ = '../partclipseg/part_shapes.py'
optim_wrapper = dict(paramwise_cfg=dict(custom_keys={
    'decode_head.decoder': dict(lr_mult=1.), 'decode_head.mask_branch': dict(lr_mult=1.)}))
model = dict(
    decode_head=dict(
        _delete_=True, type='CLIPSegHead', train_taxonomy='part_shapes:seen',
        test_taxonomy='part_shapes', text_encoder={{_base_.model.decode_head.text_encoder}},
        in_channels={{_base_.model.decode_head.in_channels}},
        channels={{_base_.model.decode_head.channels}},
        ffn_channels={{_base_.model.decode_head.ffn_channels}},
        num_heads={{_base_.model.decode_head.num_heads}},
        adapter_channels={{_base_.model.decode_head.adapter_channels}},
        mask_strides={{_base_.model.decode_head.mask_strides}}, with_cp=False,
        loss_object_part=dict(type='PartMaskLoss', unlabelled_as_background=True)),
    test_cfg=dict(oracle_objects='image'))
