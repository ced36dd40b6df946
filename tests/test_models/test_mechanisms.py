"""What makes the model fast and lean, guarded by counting calls and sizes: never by the clock."""
import pytest
import torch
from mmseg.registry import MODELS

from mmpartseg.models.layers import blockwise_mlp
from mmpartseg.models.layers.cost import CostStack
from mmpartseg.models.layers.film import MaskBranch
from mmpartseg.models.layers.tiles import to_maps
from tests.tiny import ALL, SEEN, TINY_CLIP, segmentor
from tests.tiny_cost import cost_segmentor
from tests.watched import FFN, IMAGE, LargestOutput, budgets, count_calls


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


def test_part_cat_seg_draws_classes_alone_in_inference():
    """Masks of parts and objects serve the losses; a second stack for objects is not there at all."""
    model = cost_segmentor('partcatseg')
    head, drawn = model.decode_head, []
    head.decoder.register_forward_hook(lambda module, args, output: drawn.append(output.shape[1]))
    with torch.no_grad():
        features = model.extract_feat(IMAGE)
        head.predict(features)
        assert drawn == [len(head.test_taxonomy) + 1]
        head.decode(features, head.test_index, training=True)
    taxonomy = head.test_taxonomy
    assert drawn[1:] == [len(taxonomy) + 1, len(taxonomy.parts) + len(taxonomy.objects) + 1]
    assert sum(isinstance(module, CostStack) for module in head.modules()) == 2


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
