"""What makes the model fast and lean, guarded by counting calls and sizes: never by the clock."""
import pytest
import torch
from mmseg.registry import MODELS
from torch.utils._python_dispatch import TorchDispatchMode

from mmpartseg.models.decode_heads import conditions
from tests.tiny import ALL, SEEN, TINY_CLIP, segmentor

IMAGE = torch.randn(1, 3, 32, 32, generator=torch.Generator().manual_seed(0))
FFN = 96  # a width that no other tensor has


class LargestOutput(TorchDispatchMode):
    """Records the number of elements of the largest tensor that any operation returns."""

    def __init__(self):
        super().__init__()
        self.elements, self.shape = 0, None

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        result = function(*args, **(kwargs or {}))
        for tensor in result if isinstance(result, (list, tuple)) else (result, ):
            # views take no memory; expand() makes them look large
            if torch.is_tensor(tensor) and tensor.untyped_storage().nbytes() > self.elements * 4:
                self.elements = tensor.untyped_storage().nbytes() // 4
                self.shape = tuple(tensor.shape)
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


def test_prompts_are_cut_to_the_longest(monkeypatch):
    model = segmentor()
    calls = count_calls(monkeypatch, model.decode_head.text_encoder.tower.transformer, 'forward')
    predict(model)
    assert [x.shape[1] for x, *_ in calls] == [3]  # start, one word, end; of 77


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


def many_classes(number):
    """One object, so many parts."""
    return [f"cat's part {i}" for i in range(number)]


def largest_in_decoder(number, budget, monkeypatch):
    """The largest tensor of the head but its logits, in elements, with so many classes."""
    monkeypatch.setattr(conditions, 'CHUNK_BYTES', {'cpu': budget})
    model = segmentor(test=many_classes(number), ffn_channels=FFN, mask_strides=(1, 1))
    with torch.inference_mode():
        features = model.extract_feat(IMAGE)
        model.decode_head(features)  # the text is encoded
        with LargestOutput() as largest:
            model.decode_head(features)
    return largest


def test_no_tensor_of_classes_by_hidden_width_by_tokens(monkeypatch):
    tokens, number = 17, 60
    chunk = 2 * tokens * FFN * 4
    largest = largest_in_decoder(number, chunk, monkeypatch)
    assert largest.elements < number * FFN * tokens / 2, largest.shape
    # nothing is larger than what the decoder returns: R numbers per token and condition
    assert largest.elements <= (number + 2) * 16 * tokens, largest.shape


def test_the_hidden_activation_does_not_grow_with_the_classes(monkeypatch):
    """The widest activation of the MLP is the chunk's, whatever K is."""
    widths = []
    for number in (10, 40):
        monkeypatch.setattr(conditions, 'CHUNK_BYTES', {'cpu': 2 * 17 * FFN * 4})
        model = segmentor(test=many_classes(number), ffn_channels=FFN)
        layer = model.decode_head.decoder.layers[0]
        calls = count_calls(monkeypatch, layer, 'mlp_block')
        predict(model)
        widths.append(FFN * max(len(rows) for rows, in calls))
    assert widths[0] == widths[1] == 2 * 17 * FFN
