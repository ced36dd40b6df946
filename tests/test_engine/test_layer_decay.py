"""Layer-wise learning rates of CLIP's tower, by hand."""
from collections import Counter

import pytest
from mmengine.optim import build_optim_wrapper
from torch import nn

from mmpartseg.models.backbones import OpenCLIPViT
from tests.tiny import TINY_CLIP

DECAY = dict(decay_rate=0.5)


def rates(model, **paramwise):
    """Learning rate and weight decay by the name of the parameter."""
    wrapper = build_optim_wrapper(model, dict(
        constructor='CLIPLayerDecayConstructor', type='OptimWrapper', paramwise_cfg=paramwise,
        optimizer=dict(type='AdamW', lr=0.8, weight_decay=0.1)))
    found = {p: (g['lr'], g['weight_decay']) for g in wrapper.optimizer.param_groups for p in g['params']}
    return {name: found[p] for name, p in model.named_parameters() if p in found}


@pytest.fixture
def model():
    """Two of three blocks are kept."""
    return nn.ModuleDict(dict(
        backbone=OpenCLIPViT(TINY_CLIP, out_indices=(0, 1), frozen=False), head=nn.Linear(2, 2)))


def test_rates(model):
    found = rates(model, **DECAY)
    assert set(found) == {name for name, _ in model.named_parameters()}
    by_hand = {'head.': 0.8, 'resblocks.1.': 0.4, 'resblocks.0.': 0.2, 'conv1': 0.1, 'class_embedding': 0.1,
               'positional_embedding': 0.1, 'ln_pre': 0.1}
    for name, (rate, _) in found.items():
        expected, = (value for part, value in by_hand.items() if part in name)
        assert rate == pytest.approx(expected), name
    assert Counter(round(rate, 9) for rate, _ in found.values()) == {0.8: 2, 0.4: 12, 0.2: 12, 0.1: 5}


def test_beside_the_other_settings(model):
    found = rates(model, **DECAY, norm_decay_mult=0., custom_keys={
        'head': dict(lr_mult=10.), 'positional_embedding': dict(lr_mult=2., decay_mult=0.)})
    assert found['head.weight'] == pytest.approx((8., 0.1))
    assert found['backbone.visual.positional_embedding'] == pytest.approx((0.2, 0.))
    assert found['backbone.visual.transformer.resblocks.0.ln_1.weight'] == pytest.approx((0.2, 0.))
    assert found['backbone.visual.transformer.resblocks.0.mlp.c_fc.weight'] == pytest.approx((0.2, 0.1))


@pytest.mark.parametrize('rate', [None, 0, 1.1, -1, 'half'])
def test_no_rate(rate, model):
    with pytest.raises(ValueError, match='needs decay_rate, a number above 0 and at most 1'):
        rates(model, decay_rate=rate)


def test_no_tower_that_learns(model):
    model['backbone'] = OpenCLIPViT(TINY_CLIP, out_indices=(0, ))
    with pytest.raises(ValueError, match='found no OpenCLIPViT that learns; set model.backbone.frozen=False'):
        rates(model, **DECAY)
    with pytest.raises(ValueError, match='needs lr in the config of the optimizer'):
        build_optim_wrapper(model, dict(constructor='CLIPLayerDecayConstructor', paramwise_cfg=DECAY,
                                        optimizer=dict(type='AdamW')))
