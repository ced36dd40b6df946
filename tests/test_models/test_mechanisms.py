"""What makes the model fast and lean, guarded by counting calls and sizes: never by the clock."""
import math
from collections import Counter

import pytest
import torch
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from torch.utils._python_dispatch import TorchDispatchMode

from mmpartseg.models.decode_heads import conditions
from mmpartseg.models.layers import blockwise_mlp
from mmpartseg.models.layers.film import MaskBranch, film_decoder
from mmpartseg.models.layers.tiles import to_maps
from mmpartseg.models.losses import token_shares
from tests.tiny import ALL, SEEN, TEXT_ENCODER, TINY_CLIP, segmentor

IMAGE = torch.randn(1, 3, 32, 32, generator=torch.Generator().manual_seed(0))
FFN = 96  # a width that no other tensor has


class LargestOutput(TorchDispatchMode):
    """Records the number of elements of the largest tensor that any operation returns.

    ``count`` is how many pieces of memory of that size there were.
    """

    def __init__(self):
        super().__init__()
        self.elements, self.shape, self.storages = 0, None, {}

    @property
    def count(self):
        return len([s for s in self.storages.values() if s.nbytes() == self.elements * 4])

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        result = function(*args, **(kwargs or {}))
        for tensor in result if isinstance(result, (list, tuple)) else (result, ):
            if not torch.is_tensor(tensor):
                continue
            storage = tensor.untyped_storage()  # views take no memory; expand() makes them look large
            self.storages[storage.data_ptr()] = storage  # kept, so that no address comes twice
            if storage.nbytes() > self.elements * 4:
                self.elements, self.shape = storage.nbytes() // 4, tuple(tensor.shape)
        return result


def count_calls(monkeypatch, owner, name):
    """A list that grows with each call of ``owner.name``."""
    calls, original = [], getattr(owner, name)

    def counted(*args, **kwargs):
        calls.append(args)
        return original(*args, **kwargs)

    monkeypatch.setattr(owner, name, counted)
    return calls


def predict(model, image=IMAGE):
    with torch.inference_mode():
        return model.predict(image)


def test_text_is_encoded_once_for_a_vocabulary(monkeypatch):
    model = segmentor()
    calls = count_calls(monkeypatch, model.decode_head.text_encoder, '_encode_tokens')
    for _ in range(3):
        predict(model)
    assert len(calls) == 1
    model.set_taxonomy(SEEN)  # every name is known
    predict(model)
    assert len(calls) == 1
    model.set_taxonomy([*ALL, "cow's horn"])
    predict(model)
    assert len(calls) == 2
    prompts = calls[1][0]
    assert len(prompts) == 2, 'only the two new names are encoded'


def test_text_is_encoded_again_for_new_weights(monkeypatch):
    model = segmentor()
    before = model.encode_decode(IMAGE, None)
    calls = count_calls(monkeypatch, model.decode_head.text_encoder, '_encode_tokens')
    model.encode_decode(IMAGE, None)
    assert not calls
    with torch.no_grad():
        model.decode_head.text_encoder.tower.token_embedding.weight.mul_(2)
    assert not torch.equal(model.encode_decode(IMAGE, None), before)
    assert len(calls) == 1


def test_prompts_are_cut_after_their_end(monkeypatch):
    model = segmentor(test=["cat's head", "cat's left front paw", "dog's head"])
    calls = count_calls(monkeypatch, model.decode_head.text_encoder.tower.transformer, 'forward')
    predict(model)
    # start, words, end; of 77: head, cat and dog have one word
    assert [tuple(x.shape[:2]) for x, *_ in calls] == [(3, 3), (1, 5)]


@pytest.mark.parametrize('indices, used', [((0, 2), 3), ((1, ), 2), ((0, ), 1)])
def test_no_block_after_the_last_index(indices, used):
    backbone = MODELS.build(dict(type='OpenCLIPViT', arch=TINY_CLIP, out_indices=indices))
    ran = []
    for block in backbone.visual.transformer.resblocks:
        block.register_forward_hook(lambda *args: ran.append(1))
    backbone(IMAGE)
    assert len(ran) == used


def test_frozen_blocks_keep_nothing_for_backward():
    model = segmentor()
    features = model.train().extract_feat(IMAGE)
    assert all(not x.requires_grad for pair in features for x in pair)


def test_inference_draws_no_part_masks():
    model = segmentor()
    drawn = []
    model.decode_head.mask_branch[0].register_forward_hook(
        lambda module, args, output: drawn.append(len(output)))
    with torch.inference_mode():
        output = model.decode_head(model.extract_feat(IMAGE))
    assert output.part is None and output.attention_input is None
    assert sum(drawn) == len(model.decode_head.test_taxonomy.objects) + 1


@pytest.mark.parametrize('rows', [1, 7, 1000])
def test_masks_are_those_of_the_transposed_convolutions(rows, monkeypatch):
    """With every gradient, in blocks of tokens of which the last may be smaller."""
    monkeypatch.setattr(blockwise_mlp, 'BLOCK_BYTES', {'cpu': rows * 3 * 3 * 4 * 8})
    torch.manual_seed(0)
    branch = MaskBranch(8, (3, 2)).double()
    x, weight = torch.randn(2, 3, 20, 8).double().requires_grad_(), torch.randn(2, 3, 24, 30).double()
    plain = branch(x.flatten(0, 1).transpose(1, 2).unflatten(2, (4, 5))).view(2, 3, 24, 30)
    masks = to_maps(branch.upsample(branch.convolve(x, (4, 5))))
    torch.testing.assert_close(masks, plain)
    inputs = [x, *branch.parameters()]
    for ours, theirs in zip(*(torch.autograd.grad((m * weight).sum(), inputs) for m in (masks, plain))):
        torch.testing.assert_close(ours, theirs)


def many_classes(number):
    """One object, so many parts."""
    return [f"cat's part {i}" for i in range(number)]


def budgets(monkeypatch, rows):
    """Chunks of two conditions of 17 tokens, and so many rows in the MLP."""
    monkeypatch.setattr(conditions, 'CHUNK_BYTES', {'cpu': 2 * 17 * 3 * 16 * 4})
    monkeypatch.setattr(blockwise_mlp, 'BLOCK_BYTES', {'cpu': rows * FFN * 4})


def test_no_tensor_of_classes_by_hidden_width_by_tokens(monkeypatch):
    tokens, number = 17, 60
    budgets(monkeypatch, rows=2 * tokens)
    model = segmentor(test=many_classes(number), ffn_channels=FFN, mask_strides=(1, 1))
    with torch.inference_mode():
        features = model.extract_feat(IMAGE)
        model.decode_head(features)  # the text is encoded
        with LargestOutput() as largest:
            model.decode_head(features)
    assert largest.elements < number * FFN * tokens / 2, largest.shape
    # nothing is larger than what the decoder returns: R numbers per token and condition
    assert largest.elements <= (number + 2) * 16 * tokens, largest.shape


def test_activations_of_the_decoder_do_not_grow_with_the_classes(monkeypatch):
    """A chunk's conditions, and a block's rows in the MLP, whatever K is."""
    sizes = []
    for number in (10, 40):
        budgets(monkeypatch, rows=20)
        model = segmentor(test=many_classes(number), ffn_channels=FFN)
        hidden = count_calls(monkeypatch, blockwise_mlp, 'hidden_activation')
        attended = count_calls(monkeypatch, model.decode_head.decoder.layers[0], 'attend')
        predict(model)
        sizes.append((max(len(rows) for rows, *_ in hidden), max(len(x) for x, in attended)))
    assert sizes == [(17, 2)] * 2  # of 34 rows, where 20 fit


def test_logits_are_there_once():
    """In inference nothing else is as large, and no copy of them is made."""
    model = segmentor(test=many_classes(60))
    with torch.inference_mode():
        logits = model.encode_decode(IMAGE, None)
        with LargestOutput() as largest:
            model.encode_decode(IMAGE, None)
    assert largest.count == 1 and largest.elements == logits.numel() == 63 * 32 * 32


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


class CountedOperations(TorchDispatchMode):
    """How often each operation ran."""

    def __init__(self):
        super().__init__()
        self.counts = Counter()

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        self.counts[function.name().removeprefix('aten::')] += 1
        return function(*args, **(kwargs or {}))


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


class Synchronisations(TorchDispatchMode):
    """Operations that make the host wait for an accelerator: their result, or its size, is a value.

    Copies from one to the other are not among them.
    """

    def __init__(self):
        super().__init__()
        self.found = []

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        waits = {torch.Tag.data_dependent_output, torch.Tag.dynamic_output_shape} & {*function.tags}
        if function.overloadpacket in (torch.ops.aten.index, torch.ops.aten.index_put_):
            waits = [x for x in args[1] if x is not None and x.dtype == torch.bool]
        if waits:
            self.found.append(function.name())
        return function(*args, **(kwargs or {}))


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
def test_losses_do_not_synchronise(head, step):
    """From features and text to the gradient."""
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
