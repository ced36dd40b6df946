"""The learned background starts as words."""
from types import SimpleNamespace

import pytest
import torch

from mmpartseg.engine.hooks import BackgroundWordsHook
from tests.tiny import segmentor


def before_train(hook, model, iteration=0):
    hook.before_train(SimpleNamespace(model=model, iter=iteration))
    return model.decode_head.background_embedding


@pytest.mark.parametrize('type', ['PartCLIPSegHead', 'CLIPSegHead'])
def test_as_the_text_encoder_has_them(type):
    model = segmentor(type=type)
    words = model.decode_head.text_encoder(['grass and sky'])
    background = before_train(BackgroundWordsHook('grass and sky'), model)
    assert isinstance(background, torch.nn.Parameter) and background.requires_grad
    torch.testing.assert_close(background.data, words, rtol=0, atol=0)


def test_a_resumed_run_keeps_what_it_has_learned():
    model = segmentor()
    learned = model.decode_head.background_embedding.detach().clone()
    assert torch.equal(before_train(BackgroundWordsHook(), model, iteration=4), learned)


def test_where_nothing_is_learned():
    model = segmentor()
    head = model.decode_head
    del head.background_embedding
    head.register_buffer('background_embedding', torch.zeros(1, 24))
    with pytest.raises(ValueError, match='PartCLIPSegHead learns no background_embedding: leave Back'):
        before_train(BackgroundWordsHook(), model)


def test_words_are_text():
    with pytest.raises(TypeError, match=r"words must be a prompt, got \['sky'\]"):
        BackgroundWordsHook(['sky'])
