"""A whole training step against equations computed word for word: losses and gradients, in float64 too."""
import argparse

import pytest
import torch
from mmseg.registry import MODELS

from mmpartseg.benchmark import peer, subjects
from mmpartseg.benchmark.straightforward import Straightforward
from mmpartseg.benchmark.straightforward_cost import StraightforwardCost
from tests.tiny import ALL, ATTENTION_LOSSES, TEXT_ENCODER, TINY_CLIP, segmentor
from tests.tiny_cost import VARIANTS, cost_config


def film(dtype):
    """PartCLIPSeg with all six losses."""
    model = segmentor(text_encoder=dict(TEXT_ENCODER, trainable='embeddings'), **ATTENTION_LOSSES)
    model = model.to(dtype).train()
    return model, Straightforward(model, dict(arch=TINY_CLIP)), 6


def cost(variant, dtype):
    """CATSeg or PartCATSeg, windows shifted."""
    config = cost_config(variant)
    config['decode_head']['window'] = 2
    if variant == 'cvpr24':
        config['decode_head']['padded_classes'] = len(ALL) + 2
    model = MODELS.build(config).to(dtype).train()
    return model, StraightforwardCost(model), None


@pytest.mark.parametrize('dtype, bound', [(torch.float32, 1e-5), (torch.float64, 1e-10)])
@pytest.mark.parametrize('name', ['PartCLIPSeg', *VARIANTS])
def test_gradients_of_a_step(name, dtype, bound):
    """Relative, over all trained parameters; float32 is the type that goes through oneDNN."""
    torch.manual_seed(0)
    model, plain, terms = film(dtype) if name == 'PartCLIPSeg' else cost(name, dtype)
    head = model.decode_head
    images, samples = subjects.draw_batch(
        argparse.Namespace(seed=0, batch=2), (32, 32), (32, 32), head.train_taxonomy, head.ignore_index,
        torch.device('cpu'))
    images = images.to(dtype)
    found = model(images, samples, mode='loss')
    assert terms in (None, len(found)) and all(value > 0 for value in found.values())
    with peer.products_of_torch():
        expected = plain.loss(images, samples)
    parameters = [p for p in model.parameters() if p.requires_grad]
    ours, theirs = (torch.cat([g.flatten() for g in torch.autograd.grad(loss, parameters, allow_unused=True)
                               if g is not None]) for loss in (model.parse_losses(found)[0], expected))
    assert theirs.dtype == dtype and theirs.norm() > 0
    assert (ours - theirs).norm() < bound * theirs.norm()
