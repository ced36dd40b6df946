"""Every decode head of mmseg that needs no compiled op, on parts, with K + 1 channels."""
from importlib.util import find_spec

import pytest
import torch
from mmengine.config import ConfigDict
from mmengine.structures import PixelData
from mmseg.models import decode_heads
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample

CLASSES = ["cat's head", "cat's tail", "bus's wheel"]
K = len(CLASSES)
BN, LN = dict(type='BN'), dict(type='LN')
WIDTHS = [16, 32, 64, 128]
RESNET = dict(type='ResNetV1c', depth=18, base_channels=16, stem_channels=16, norm_cfg=BN)
VIT = dict(type='VisionTransformer', img_size=(64, 64), patch_size=16, embed_dims=32, num_layers=4,
           num_heads=2, out_indices=(0, 1, 2, 3), mlp_ratio=2)
COMMON = dict(channels=16, num_classes=K + 1, norm_cfg=BN)
LAST = dict(COMMON, in_channels=128, in_index=3)
ALL = dict(COMMON, in_channels=WIDTHS, in_index=[0, 1, 2, 3])
VIT_MAPS = dict(COMMON, in_index=(0, 1, 2, 3))
OHEM = dict(type='OhemCrossEntropy', thres=0.9, min_kept=100)  # theirs: these heads pass no ignore index
CE = dict(type='CrossEntropyLoss')
KERNEL_UPDATE = dict(
    type='KernelUpdateHead', num_classes=K + 1, num_heads=2, feedforward_channels=16, in_channels=16,
    out_channels=16, kernel_updator_cfg=dict(
        type='KernelUpdator', in_channels=16, feat_channels=16, out_channels=16, norm_cfg=LN))


def on_resnet(**head):
    return dict(backbone=RESNET, decode_head=head)


MODELS_BY_HEAD = {
    'ANNHead': on_resnet(**{**LAST, 'in_channels': [64, 128], 'in_index': [2, 3]}, project_channels=16),
    'APCHead': on_resnet(**LAST),
    'ASPPHead': on_resnet(**LAST, dilations=(1, 2)),
    'CCHead': on_resnet(**LAST),
    'DAHead': on_resnet(**LAST, pam_channels=16),
    'DDRHead': dict(
        backbone=dict(type='DDRNet', channels=8, ppm_channels=8, norm_cfg=BN),
        decode_head=dict(COMMON, in_channels=32, loss_decode=[OHEM, OHEM])),
    'DMHead': on_resnet(**LAST),
    'DNLHead': on_resnet(**LAST),
    'DPTHead': dict(
        backbone=dict(VIT, with_cls_token=True, output_cls_token=True),
        decode_head=dict(VIT_MAPS, in_channels=(32, ) * 4, input_transform='multiple_select',
                         embed_dims=32, post_process_channels=[8, 8, 16, 16])),
    'DepthwiseSeparableASPPHead': on_resnet(**LAST, dilations=(1, 2), c1_in_channels=16, c1_channels=8),
    'DepthwiseSeparableFCNHead': on_resnet(**LAST),
    'EMAHead': on_resnet(**LAST, ema_channels=16, num_bases=4, num_stages=2, momentum=0.1),
    'EncHead': on_resnet(**ALL, num_codes=4),
    'FCNHead': on_resnet(**LAST),
    'FPNHead': on_resnet(**ALL, feature_strides=[4, 8, 16, 32]),
    'GCHead': on_resnet(**LAST),
    'ISAHead': on_resnet(**LAST, isa_channels=16, down_factor=(2, 2)),
    'IterativeDecodeHead': on_resnet(
        num_stages=1, kernel_update_head=[KERNEL_UPDATE],
        kernel_generate_head=dict(LAST, type='FCNHead', num_convs=1)),
    'LRASPPHead': dict(
        backbone=dict(type='MobileNetV3', arch='small', out_indices=(0, 1, 12), norm_cfg=BN),
        decode_head=dict(COMMON, in_channels=(16, 16, 576), in_index=(0, 1, 2),
                         input_transform='multiple_select')),
    'LightHamHead': on_resnet(
        **{**ALL, 'in_channels': WIDTHS[1:], 'in_index': [1, 2, 3],
           'norm_cfg': dict(type='GN', num_groups=4)},
        ham_channels=16, ham_kwargs=dict(MD_R=4)),
    'NLHead': on_resnet(**LAST),
    'OCRHead': dict(
        type='PartCascadeSegmentor', num_stages=2, backbone=RESNET,
        decode_head=[dict(LAST, type='FCNHead'), dict(LAST, ocr_channels=16)]),
    'PIDHead': dict(
        backbone=dict(type='PIDNet', channels=8, ppm_channels=8, norm_cfg=BN),
        decode_head=dict(COMMON, in_channels=32, loss_decode=[CE, OHEM, dict(type='BoundaryLoss'), OHEM])),
    'PSPHead': on_resnet(**LAST),
    'PointHead': dict(
        type='PartCascadeSegmentor', num_stages=2, backbone=RESNET, decode_head=[
            dict(ALL, type='FPNHead', feature_strides=[4, 8, 16, 32]),
            dict(in_channels=[16], in_index=[0], channels=16, num_fcs=1, num_classes=K + 1)],
        train_cfg=ConfigDict(num_points=64, oversample_ratio=3, importance_sample_ratio=0.75),
        test_cfg=ConfigDict(mode='whole', subdivision_steps=1, subdivision_num_points=64, scale_factor=2)),
    'SETRMLAHead': dict(
        backbone=VIT, neck=dict(type='MLANeck', in_channels=[32] * 4, out_channels=16, norm_cfg=BN),
        decode_head=dict(VIT_MAPS, in_channels=(16, ) * 4, channels=32, mla_channels=8)),
    'SETRUPHead': on_resnet(**LAST),
    'STDCHead': dict(  # an auxiliary head
        backbone=RESNET, decode_head=dict(LAST, type='FCNHead'),
        auxiliary_head=dict(LAST, type='STDCHead', num_classes=2, boundary_threshold=0.1, loss_decode=[
            dict(type='CrossEntropyLoss', use_sigmoid=True), dict(type='DiceLoss')])),
    'SegformerHead': on_resnet(**ALL),
    'SegmenterMaskTransformerHead': on_resnet(
        **{**LAST, 'channels': 32, 'norm_cfg': LN}, num_layers=1, num_heads=2, embed_dims=32),
    'UPerHead': on_resnet(**ALL),
}
ATTENTION = dict(embed_dims=32, num_heads=2, batch_first=True)
FFN = dict(embed_dims=32, feedforward_channels=32)
QUERIES = dict(
    in_channels=WIDTHS, num_classes=K + 1, feat_channels=32, out_channels=32, num_queries=8,
    positional_encoding=dict(num_feats=16, normalize=True),
    transformer_decoder=dict(num_layers=2, return_intermediate=True, layer_cfg=dict(
        self_attn_cfg=ATTENTION, cross_attn_cfg=ATTENTION, ffn_cfg=FFN)),
    loss_cls=dict(type='mmdet.CrossEntropyLoss', class_weight=[1.0] * (K + 1) + [0.1]),
    loss_dice=dict(type='mmdet.DiceLoss', use_sigmoid=True, activate=True, naive_dice=True, eps=1.0))
MATCHING = [dict(type='mmdet.ClassificationCost'), dict(type='mmdet.DiceCost', pred_act=True, eps=1.0)]
SAMPLER = dict(type='mmdet.MaskPseudoSampler')
WITH_MMDET = {
    'MaskFormerHead': on_resnet(
        **QUERIES, pixel_decoder=dict(type='mmdet.PixelDecoder'), loss_mask=dict(type='mmseg.MaskFocalLoss'),
        train_cfg=dict(sampler=SAMPLER, assigner=dict(type='mmdet.HungarianAssigner', match_costs=[
            *MATCHING, dict(type='mmseg.MaskFocalCost')]))),
    'Mask2FormerHead': on_resnet(
        **QUERIES, strides=[4, 8, 16, 32], num_transformer_feat_level=3,
        pixel_decoder=dict(
            type='mmdet.MSDeformAttnPixelDecoder', num_outs=3,
            positional_encoding=dict(num_feats=16, normalize=True), encoder=dict(
                num_layers=1, layer_cfg=dict(
                    self_attn_cfg=dict(ATTENTION, num_levels=3, num_points=2), ffn_cfg=FFN))),
        loss_mask=dict(type='mmdet.CrossEntropyLoss', use_sigmoid=True),
        train_cfg=dict(
            num_points=64, oversample_ratio=3.0, importance_sample_ratio=0.75, sampler=SAMPLER,
            assigner=dict(type='mmdet.HungarianAssigner', match_costs=[
                *MATCHING, dict(type='mmdet.CrossEntropyLossCost', use_sigmoid=True)])))}
# of mmseg.models.decode_heads, and why not
NOT_POSSIBLE = {
    'PSAHead': 'a compiled op',
    'SideAdapterCLIPHead': 'a segmentor of its own, with texts', 'VPDDepthHead': 'depth, not classes'}
INSIDE = {'KernelUpdateHead', 'KernelUpdator'}  # of IterativeDecodeHead
SIZES = {'LRASPPHead': 400}  # its pooling window is 49 of an eighth


def build(name):
    cfg = ConfigDict(dict(type='PartSegmentor', taxonomy=CLASSES, train_cfg=dict(),
                          test_cfg=ConfigDict(mode='whole')), **{**MODELS_BY_HEAD, **WITH_MMDET}[name])
    head = cfg['decode_head']
    (head[-1] if isinstance(head, list) else head).setdefault('type', name)
    torch.manual_seed(0)
    return MODELS.build(cfg)


@pytest.mark.parametrize('name', [*MODELS_BY_HEAD, *(pytest.param(name, marks=pytest.mark.skipif(
    find_spec('mmdet') is None, reason='needs mmdet')) for name in WITH_MMDET)])
def test_trains_and_predicts_in_both_settings(name):
    model, size = build(name).train(), SIZES.get(name, 64)
    labels = torch.randint(0, K + 1, (1, size, size))
    labels[:, :8] = 255
    samples = [SegDataSample(
        metainfo=dict(ori_shape=(50, 40), img_shape=(size, size), pad_shape=(size, size)),
        gt_sem_seg=PixelData(data=labels), gt_edge_map=PixelData(data=(labels > 1).long()))
        for _ in range(2)]
    images = torch.rand(2, 3, size, size)
    total, _ = model.parse_losses(model.loss(images, samples))
    total.backward()
    assert any(p.grad is not None and p.grad.abs().sum() > 0 for p in model.decode_head.parameters())
    known = torch.randint(0, 3, (1, 50, 40))  # bus, cat, an object without parts
    for sample in samples:
        sample.gt_object_seg = PixelData(data=known)
    with torch.no_grad():
        sample = model.eval().predict(images, samples)[0]
    assert sample.pred_sem_seg.data.shape == (1, 50, 40) and sample.pred_sem_seg.data.max() <= K
    oracle = sample.pred_oracle_sem_seg.data
    assert (oracle[known == 0] == 2).all()  # the bus has one part
    assert (oracle[known == 1] < 2).all() and (oracle[known == 2] == K).all()


def test_no_head_is_left_out():
    names = {n for n in decode_heads.__all__ if n in MODELS.module_dict}
    assert names == {*MODELS_BY_HEAD, *WITH_MMDET, *NOT_POSSIBLE, *INSIDE}
