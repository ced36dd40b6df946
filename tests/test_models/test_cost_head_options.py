"""What the cost family refuses, in one line each."""
import pytest
import torch
from mmseg.registry import MODELS

from tests.tiny_cost import cost_config


@pytest.mark.parametrize('options, message', [
    (dict(class_attention='softmax'), r"class_attention must be one of \('linear', 'query'\), got 'softmax'"),
    (dict(padded_classes=9), "padded_classes=9 goes with class_attention='linear' alone, got 'query'")])
def test_class_attention_that_is_none(options, message):
    cfg = cost_config('partcatseg')
    cfg['decode_head'].update(options)
    with pytest.raises(ValueError, match=message):
        MODELS.build(cfg)


@pytest.mark.parametrize('variant', ['catseg', 'partcatseg'])
def test_a_grid_that_pooling_leaves_nothing_of(variant):
    cfg = cost_config(variant)
    cfg['backbone']['clip_size'] = (24, 8)
    with pytest.raises(ValueError, match='pooling=2 leaves nothing of a grid of 3x1 tokens; .* pooling=1'):
        MODELS.build(cfg)(torch.rand(1, 3, 32, 32))
