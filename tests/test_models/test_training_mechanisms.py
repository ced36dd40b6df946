"""What makes training fast and lean, guarded by counting calls and sizes: never by the clock."""
import math

import pytest
import torch
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from mmpartseg.models.decode_heads import conditions
from mmpartseg.models.layers.film import MaskBranch, film_decoder, token_attention
from mmpartseg.models.losses import token_shares
from tests.tiny import SEEN, TEXT_ENCODER, segmentor
from tests.watched import FFN, IMAGE, CountedOperations, Synchronisations, count_calls


@pytest.fixture
def step(monkeypatch):
    """A training step of a tiny model on two images that show two classes."""
    def run(**options):
        model = segmentor(ffn_channels=FFN, **options).train()
        part_map = torch.full((2, 1, 32, 32), 255)
        part_map[0, :, :8, :16], part_map[0, :, 8:16, :8], part_map[1, :, 24:] = 0, 1, 2
        owner = torch.tensor(model.decode_head.train_taxonomy.object_of)
        samples = [SegDataSample(
            gt_sem_seg=PixelData(data=each),
            gt_object_seg=PixelData(data=torch.where(each == 255, 255, owner[each % len(owner)])))
            for each in part_map]
        return model, lambda: model.parse_losses(
            model(IMAGE.repeat(2, 1, 1, 1), samples, mode='loss'))[0]
    return run


def test_training_keeps_no_hidden_activation(step):
    """Neither of the decoder's MLP nor of the masks: what the first transposed convolution gives."""
    upsampled = 12 * 12 * 8  # pixels by R/2
    _, loss = step(mask_strides=(12, 1))
    kept = []
    with torch.autograd.graph.saved_tensors_hooks(lambda x: kept.append(tuple(x.shape)) or x, lambda x: x):
        loss().backward()
    weights = {(width, *rest) for width in (FFN, upsampled) for rest in ((), (16, ))} | {(16, FFN)}
    assert not [shape for shape in kept if {FFN, upsampled} & {*shape} and shape not in weights]
    assert {(FFN, 16), (upsampled, 16)} <= set(kept)
    # nor a view of it: the logits are the largest, eight times smaller than what they come from
    assert max(math.prod(shape) for shape in kept) == 2 * (len(SEEN) + 1) * 48 * 48


def test_prompts_of_all_lengths_are_looked_up_at_once(step):
    """The gradient of a look-up is as large as the whole table."""
    _, loss = step(train=["cat's head", "cat's left front paw", "dog's head"],
                   text_encoder=dict(TEXT_ENCODER, trainable='embeddings'))
    with CountedOperations() as operations:
        loss().backward()
    assert operations.counts['embedding_dense_backward'] == 1


@pytest.mark.parametrize('head, levels', [('PartCLIPSegHead', 3), ('CLIPSegHead', 1)])
def test_logits_for_training_are_not_joined(head, levels, step, monkeypatch):
    """What is joined are the tokens of the masks; the masks of a level come out together."""
    drawn = count_calls(monkeypatch, MaskBranch, 'upsample')
    monkeypatch.setattr(conditions, 'MASK_CHUNK', 1)
    _, loss = step(type=head, class_chunk=2)
    loss()
    assert len(drawn) == levels


def test_a_graph_can_be_walked_twice(step):
    """As methods that balance the terms of a loss do."""
    model, loss = step()
    total, parameters = loss(), [p for p in model.parameters() if p.requires_grad]
    first, second = (torch.autograd.grad(total, parameters, retain_graph=True, allow_unused=True)
                     for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(first, second) if a is not None)


def test_attention_is_computed_for_two_rows_per_token(step, monkeypatch):
    """Under their classes' part and object alone, however many classes there are."""
    monkeypatch.setattr(token_shares, 'FEWEST_PAIRS', 0)
    model, loss = step()
    calls = count_calls(monkeypatch, film_decoder, 'token_attention')
    loss()
    (queries, sequences, index), = calls
    rows = 2 * 2 * 2 * 16  # images, levels, rows, tokens
    assert queries.shape == (rows, 2, 16) and index.shape == (rows, )
    assert sequences.shape == (2 * 7, 17, 16)  # images; parts, objects, background


@pytest.mark.parametrize('function', [
    lambda x: x[x > 0], lambda x: x.nonzero(), lambda x: x.max().item(), lambda x: bool(x.any()),
    lambda x: x.masked_select(x > 0), lambda x: x.bincount()])
def test_what_synchronises_is_found(function):
    with Synchronisations() as operations:
        torch.arange(3)[torch.tensor([0, 1])]
        assert not operations.found
        function(torch.arange(3))
    assert operations.found


@pytest.mark.parametrize('head', ['PartCLIPSegHead', 'CLIPSegHead'])
def test_losses_do_not_synchronise(head, step, monkeypatch):
    """From features and text to the gradient, as an accelerator computes them."""
    monkeypatch.setattr(token_attention, 'by_sequence', token_attention.by_block)
    model, _ = step(type=head)
    part_map = torch.full((2, 32, 32), 255)
    part_map[0, :8, :16], part_map[0, 8:16, :8], part_map[1, 24:] = 0, 1, 2
    index = model.decode_head.train_index
    object_map = torch.where(part_map == 255, 255, index.object_of[part_map % 4])
    features = model.extract_feat(IMAGE.repeat(2, 1, 1, 1))
    text = model.decode_head.condition(model.decode_head.prompts(index.taxonomy))
    with Synchronisations() as operations:
        output = model.decode_head.decode(features, index, training=True, text=text)
        terms = model.decode_head.loss_by_feat(output, part_map, object_map, index)
        sum(terms.values()).backward()
    assert len(terms) == (6 if head == 'PartCLIPSegHead' else 1)
    assert not operations.found


def test_recomputing_changes_no_gradient(step):
    gradients = []
    for with_cp in (False, True):
        model, loss = step(with_cp=with_cp)
        loss().backward()
        gradients.append({name: p.grad for name, p in model.named_parameters() if p.grad is not None})
    assert gradients[0].keys() == gradients[1].keys()
    for name, gradient in gradients[0].items():
        torch.testing.assert_close(gradients[1][name], gradient, msg=name)
