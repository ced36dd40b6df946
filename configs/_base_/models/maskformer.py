# What every MaskFormer head has: ResNet maps in, 6 layers without an encoder, losses and matching
resnet = dict(
    type='ResNet', depth=50, out_indices=(0, 1, 2, 3), style='pytorch', norm_eval=True,
    norm_cfg=dict(type='BN', requires_grad=False),
    init_cfg=dict(type='Pretrained', checkpoint='torchvision://resnet50'))
dropout = 0.1
attention = dict(
    embed_dims=256, num_heads=8, attn_drop=dropout, proj_drop=dropout, dropout_layer=None,
    batch_first=True)
maskformer = dict(
    in_channels=[256, 512, 1024, 2048], feat_channels=256, out_channels=256,
    pixel_decoder=dict(
        type='mmdet.PixelDecoder', norm_cfg=dict(type='GN', num_groups=32), act_cfg=dict(type='ReLU')),
    positional_encoding=dict(num_feats=128, normalize=True),
    transformer_decoder=dict(
        num_layers=6, return_intermediate=True,
        layer_cfg=dict(
            self_attn_cfg=attention, cross_attn_cfg=attention,
            ffn_cfg=dict(
                embed_dims=256, feedforward_channels=2048, num_fcs=2, ffn_drop=dropout,
                act_cfg=dict(type='ReLU', inplace=True)))),
    # mmdet's FocalLoss needs a compiled op on a GPU
    loss_mask=dict(type='mmseg.MaskFocalLoss', gamma=2.0, alpha=0.25, loss_weight=20.0),
    loss_dice=dict(
        type='mmdet.DiceLoss', use_sigmoid=True, activate=True, naive_dice=True, eps=1.0,
        loss_weight=1.0),
    train_cfg=dict(
        assigner=dict(
            type='mmdet.HungarianAssigner',
            match_costs=[
                dict(type='mmdet.ClassificationCost', weight=1.0),
                dict(type='mmseg.MaskFocalCost', gamma=2.0, alpha=0.25, weight=20.0),
                dict(type='mmdet.DiceCost', weight=1.0, pred_act=True, eps=1.0)
            ]),
        sampler=dict(type='mmdet.MaskPseudoSampler')))
