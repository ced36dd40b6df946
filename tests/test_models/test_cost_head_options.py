"""What the cost family refuses, in one line each; names with synonyms."""
import math

import pytest
import torch
from mmseg.registry import MODELS

from mmpartseg.models.decode_heads.cat_seg_head import CATSegOutput
from tests.tiny import SEEN
from tests.tiny_cost import cost_config


@pytest.mark.parametrize('options, message', [
    (dict(class_attention='softmax'), r"class_attention must be one of \('linear', 'query'\), got 'softmax'"),
    (dict(padded_classes=9), "padded_classes=9 goes with class_attention='linear' alone, got 'query'")])
def test_class_attention_that_is_none(options, message):
    cfg = cost_config('partcatseg')
    cfg['decode_head'].update(options)
    with pytest.raises(ValueError, match=message):
        MODELS.build(cfg)


def test_no_background_where_there_must_be_one():
    cfg = cost_config('partcatseg')
    cfg['decode_head']['background'] = False
    with pytest.raises(ValueError, match='background, which is always there: leave background=False out'):
        MODELS.build(cfg)


def test_without_a_background_the_last_class_is_one_as_the_others():
    cfg = cost_config('catseg')
    cfg['decode_head'].update(background=False, loss_object_part=dict(type='PartMaskLoss'))
    head = MODELS.build(cfg).decode_head
    maps, index = torch.tensor([[[0, len(SEEN) - 1, 255, 255]]]), head.train_indices[0]
    logits = CATSegOutput(torch.zeros(1, len(SEEN), 1, 4))
    output = head.mask_losses(logits, maps, maps, index)
    assert list(output) == ['loss_object_part']
    assert output['loss_object_part'].item() == pytest.approx(math.log(2))
    head.losses['object_part'][0].unlabelled_as_background = True
    with pytest.raises(ValueError, match='unlabelled_as_background=True needs a background channel'):
        head.mask_losses(logits, maps, maps, index)


@pytest.mark.parametrize('variant', ['catseg', 'partcatseg'])
def test_a_grid_that_pooling_leaves_nothing_of(variant):
    cfg = cost_config(variant)
    cfg['backbone']['clip_size'] = (24, 8)
    with pytest.raises(ValueError, match='pooling=2 leaves nothing of a grid of 3x1 tokens; .* pooling=1'):
        MODELS.build(cfg)(torch.rand(1, 3, 32, 32))


@pytest.mark.parametrize('synonyms', ['mean', 'first'])
def test_synonyms_of_a_class_are_those_of_its_object_and_part(synonyms):
    """Of "cat, kitten's ear" neither "cat" alone nor "kitten's ear" alone, so that parts differ."""
    cfg = cost_config('catseg')
    cfg['decode_head']['synonyms'] = synonyms
    head = MODELS.build(cfg).decode_head
    meant = [["cat's ear", "cat's tip", "kitten's ear", "kitten's tip"], ["dog's head"], ['cat', 'kitten']]
    taken = meant if synonyms == 'mean' else [names[:1] for names in meant]
    expected = torch.stack([head.encode(names).sum(0) for names in taken])
    found = head.encode(["cat, kitten's ear, tip", "dog's head", 'cat, kitten'])
    torch.testing.assert_close(found, expected, atol=1e-6, rtol=0)
    assert (found[0] - head.encode(["cat, kitten's tail"])[0]).abs().max() > 1e-3
