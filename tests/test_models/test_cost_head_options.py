"""What the cost family refuses, in one line each; names with synonyms."""
import itertools
import math

import pytest
import torch
from mmseg.registry import MODELS

from mmpartseg.models.decode_heads.cat_seg_head import CATSegOutput
from tests.every_head import images, sample
from tests.tiny import SEEN
from tests.tiny_cost import cost_config


@pytest.mark.parametrize('options, message', [
    (dict(class_attention='softmax'), r"class_attention must be one of \('linear', 'query'\), got 'softmax'"),
    (dict(padded_classes=9, class_attention='query'),
     "padded_classes=9 goes with class_attention='linear' alone, got 'query'")])
def test_class_attention_that_is_none(options, message):
    cfg = cost_config('catseg')
    cfg['decode_head'].update(options)
    with pytest.raises(ValueError, match=message):
        MODELS.build(cfg)


@pytest.mark.parametrize('option, value, message', [
    ('window', 0, 'window=0: expected a positive integer'), ('pooling', 0, 'pooling=0: expected a positive'),
    ('num_layers', 0, 'num_layers=0: expected a positive integer'),
    ('num_layers', 1.5, 'num_layers=1.5: expected'), ('num_layers', True, 'num_layers=True: expected'),
    ('channels', 0, 'channels=0: expected'), ('num_heads', 0, 'num_heads=0: expected a positive integer'),
    ('num_heads', 3, 'num_heads=3: expected a divisor of channels=16'),
    ('appearance_channels', 0, 'appearance_channels=0: expected'),
    ('text_channels', -1, 'text_channels=-1: expected a positive integer'),
    ('padded_classes', -1, 'padded_classes=-1: (expected an integer, 0 for none|PartCATSegHead)'),
    ('in_channels', (8, 16), r'in_channels=\(8, 16\): expected 3 positive integers, of the guidance at 4, 2'),
    ('in_channels', (8, 16, 32, 64), 'expected 3 positive integers'),
    ('in_index', (0, 1), r'in_index=\(0, 1\): expected 3 integers, one for each of in_channels'),
    ('upsampled_channels', (8, 4), 'expected 2 positive integers, of two hidden states of CLIP'),
    ('decoder_channels', (8, 8), r'decoder_channels=\(8, 8\): expected two .* multiples of 16: the channels'),
    ('decoder_channels', 16, 'decoder_channels=16: expected two positive integers, one for each upsampling'),
    ('decoder_channels', (16, 0), 'expected two positive integers, one for each upsampling'),
    ('decoder_guidance_channels', (8, 4, 2), r'\(8, 4, 2\): expected two positive integers'),
    ('decoder_guidance_channels', (16, 8), r'=\(16, 8\): expected less than \(16, 16\), the widths before'),
    ('decoder_guidance_channels', (8, 16), r'=\(8, 16\): expected less than \(16, 16\), the widths before')])
@pytest.mark.parametrize('variant', ['catseg', 'partcatseg'])
def test_sizes_of_which_no_head_can_be_built(variant, option, value, message):
    cfg = cost_config(variant)
    cfg['decode_head'][option] = value
    with pytest.raises(ValueError, match=message):
        MODELS.build(cfg)


def test_no_two_channels_where_clip_guides_itself():
    cfg = cost_config('cvpr24')
    cfg['decode_head'].update(upsampled_channels=(8, 0))
    with pytest.raises(ValueError, match=r'upsampled_channels=\(8, 0\): expected two positive integers'):
        MODELS.build(cfg)


@pytest.mark.parametrize('attention', ['linear', 'query'])
def test_no_padded_classes_in_partcatseg(attention):
    cfg = cost_config('partcatseg')
    cfg['decode_head'].update(padded_classes=6, class_attention=attention)
    with pytest.raises(ValueError, match='padded_classes=6: PartCATSegHead aggregates .* leave it at 0'):
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


@pytest.mark.parametrize('averaged', [None, True])
def test_a_text_encoder_that_averages_templates_is_refused(averaged):
    """``averaged=True`` is its default."""
    cfg = cost_config('partcatseg')
    text = cfg['decode_head']['text_encoder'] = dict(cfg['decode_head']['text_encoder'], averaged=averaged)
    if averaged is None:
        del text['averaged']
    with pytest.raises(ValueError, match='PartCATSegHead compares .* averaged=False'):
        MODELS.build(cfg)


PART_CATSEG_LOSSES = ('object_part', 'object', 'part', 'composition')


@pytest.mark.parametrize('kept', [
    kept for n in range(1, 5) for kept in itertools.combinations(PART_CATSEG_LOSSES, n)])
def test_any_losses_of_partcatseg_are_switched_off(kept):
    """Those that are left are the same as with all."""
    terms = {}
    for losses in (PART_CATSEG_LOSSES, kept):
        cfg = cost_config('partcatseg')
        cfg['decode_head'].update({f'loss_{name}': None for name in set(PART_CATSEG_LOSSES) - set(losses)})
        torch.manual_seed(0)
        model = MODELS.build(cfg).train()
        torch.manual_seed(1)
        terms[losses] = model.loss(images(), [sample(SEEN, 0), sample(SEEN, 1)])
    expected = {name: value for name, value in terms[PART_CATSEG_LOSSES].items()
                if name.removeprefix('decode.loss_').removesuffix('_background') in kept}
    assert set(terms[kept]) == set(expected) and len(expected) >= len(kept)
    for name, value in expected.items():
        torch.testing.assert_close(terms[kept][name], value)
