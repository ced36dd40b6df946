# ZSSeg+ in miniature: the CLIP of PartShapes, frozen, names the regions; a narrow MaskFormer learns to
# propose them, on blocks of the same tower in place of a ResNet that has been pre-trained on ImageNet
_base_ = ['./partclipseg_tiny.py', './maskformer.py']
# for Pred-All: finds the objects, on pictures as large as it is tested on
object_segmentor = dict(
    _base_.model, data_preprocessor=dict(_base_.model.data_preprocessor, size=(160, 160)),
    init_cfg=dict(type='Pretrained', checkpoint='data/miniature/partclipseg.safetensors'))
attention = dict(embed_dims=64, num_heads=4)
model = dict(
    _delete_=True, type='ZSSegSegmentor',
    data_preprocessor=dict(
        _base_.data_preprocessor, size=None, size_divisor=32, test_cfg=dict(size_divisor=32)),
    backbone=dict(
        type='OpenCLIPViT', arch={{_base_.tiny_clip}}, out_indices=(1, 2, 3, 4), frozen=True,
        init_cfg={{_base_.image_weights}}),
    # masks have stride 4, as in the paper; what queries look at 8, where its 32 would be 3×3 places
    neck=dict(
        type='MultiLevelNeck', in_channels=[128] * 4, out_channels=64, scales=[2, 1, 1, 1]),
    decode_head=dict(
        type='ZSSegHead', train_taxonomy='part_shapes:seen', test_taxonomy='part_shapes',
        text_encoder=dict(
            type='CompositePromptEncoder', arch={{_base_.tiny_clip}}, lengths=(4, 4),
            init_cfg={{_base_.text_weights}}),
        regions=dict(
            type='CLIPRegionClassifier', arch={{_base_.tiny_clip}}, size=96, grow=1.2,
            mean={{_base_.pixel_mean}}, std={{_base_.pixel_std}}, init_cfg={{_base_.image_weights}}),
        ensemble_weight=0.5,
        proposals=dict(
            _base_.maskformer, type='MaskFormerProposals', in_channels=[64] * 4,
            feat_channels=64, out_channels=64, num_queries=20, class_channels=256,
            positional_encoding=dict(num_feats=32, normalize=True),
            transformer_decoder=dict(
                num_layers=3, return_intermediate=True,
                layer_cfg=dict(
                    self_attn_cfg=dict(_base_.attention, **attention),
                    cross_attn_cfg=dict(_base_.attention, **attention),
                    ffn_cfg=dict(embed_dims=64, feedforward_channels=256, num_fcs=2, ffn_drop=0.1))),
            # of 1: its gradients, of 100 times a cosine, leave the masks none in as few steps
            loss_cls=dict(type='mmdet.CrossEntropyLoss', loss_weight=0.2))),
    train_cfg=dict(),
    test_cfg=dict(mode='whole'))
