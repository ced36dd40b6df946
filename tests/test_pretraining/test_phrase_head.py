"""What CLIPSeg is told of kinds and of what is none: losses of logits that are known."""
from math import log
from types import SimpleNamespace

import pytest
import torch
from mmseg.registry import DATASETS, MODELS

from mmpartseg.datasets.shapes.canvas import NONE
from mmpartseg.datasets.shapes.kind import KINDS
from mmpartseg.pretraining import phrase_losses, phrases
from tests.tiny import TEXT_ENCODER
from tools.pretraining import draw


@pytest.fixture(scope='module')
def samples(tmp_path_factory):
    """Of six scenes of 32×32 pixels."""
    folder = tmp_path_factory.mktemp('scenes') / 'drawn'
    draw.main(['--out', str(folder), '--number', '6', '--size', '32', '--workers', '1'])
    data = DATASETS.build(dict(type='ScenesWithWords', data_root=str(folder), pipeline=[
        dict(type='LoadPartImage'), dict(type='PackWords', masks=True)]))
    return [data[i]['data_samples'] for i in range(6)]


def losses(samples, monkeypatch, kinds, background):
    """With these logits (N, kinds, H, W) and (N, H, W), and 0 for every other phrase."""
    head = MODELS.build(dict(
        type='PhraseHead', train_taxonomy='part_shapes', test_taxonomy='part_shapes', num_phrases=4,
        text_encoder=TEXT_ENCODER, in_channels=(32, ), channels=16, num_heads=2, mask_strides=(2, 2)))

    def decode(inputs, index, training, text):
        rest = kinds.new_zeros(len(kinds), len(text) - len(KINDS) - 1, *kinds.shape[2:])
        return SimpleNamespace(object_part=torch.cat([kinds, background[:, None], rest], 1))
    monkeypatch.setattr(head, 'decode', decode)
    monkeypatch.setattr(phrase_losses, 'to_maps', lambda maps: maps)
    return head.phrase_losses(None, samples)


def test_the_background_is_where_no_kind_is(samples, monkeypatch):
    kind_map, _ = phrases.class_maps(samples)
    nothing = kind_map == NONE
    assert 0.2 < nothing.float().mean() < 0.95
    kinds = 30. * torch.stack([kind_map == k for k in range(len(KINDS))], 1)
    right = losses(samples, monkeypatch, kinds, 30. * nothing)
    assert right['loss_background'] < 1e-4 and right['loss_kind'] < 1e-4
    wrong = losses(samples, monkeypatch, kinds, torch.full_like(kind_map, 60.).float())
    assert wrong['loss_background'] == pytest.approx(30 * float(1 - nothing.float().mean()), rel=1e-4)
    assert wrong['loss_kind'] < 1e-4  # at the pixels of things, among kinds
    none = losses(samples, monkeypatch, torch.zeros_like(kinds), torch.zeros_like(kind_map).float())
    assert none['loss_background'] == pytest.approx(log(len(KINDS) + 1), rel=1e-5)
    assert none['loss_kind'] == pytest.approx(log(len(KINDS)), rel=1e-5)


def test_the_words_are_those_of_the_config(samples, monkeypatch):
    """`BackgroundWordsHook` starts from the word that was learned here."""
    from mmpartseg.engine.hooks import BackgroundWordsHook
    assert phrases.BACKGROUND.text == BackgroundWordsHook().words
