"""One line where weights are random that should not be, none elsewhere."""
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmseg.registry import MODELS
from timm.models import create_model

from mmpartseg.engine.hooks import LoadedWeightsHook
from tests.tiny import TINY_CLIP, segmentor


def lines(model, stage):
    found = []
    runner = SimpleNamespace(model=model, logger=SimpleNamespace(warning=found.append))
    getattr(LoadedWeightsHook(), f'before_{stage}')(runner)
    return found


def backbone_of(model, **changes):
    for name, value in changes.items():
        setattr(model.backbone, name, value)
    return model


def test_a_frozen_tower_at_random_weights():
    model = segmentor()  # text encoder frozen as well
    line, = lines(model, 'train')
    assert line.startswith('backbone and decode_head.text_encoder: frozen, but at random weights')
    assert 'Set load_from' in line
    line, = lines(backbone_of(model, pretrained='openai'), 'train')
    assert line.startswith('decode_head.text_encoder: frozen')
    model.decode_head.text_encoder.init_cfg = dict(type='Pretrained', checkpoint='x')
    assert lines(model, 'train') == []


def test_nothing_loaded_and_nothing_frozen():
    model = segmentor().requires_grad_(True)
    line, = lines(model, 'train')
    assert line.startswith('no weights were loaded: the whole model starts from random ones')
    line, = lines(model, 'test')
    assert line.startswith('no weights were loaded: the model is tested with random ones')


def test_loaded_weights_are_silent():
    model = segmentor()
    model.load_state_dict(model.state_dict())
    assert lines(model, 'train') == lines(model, 'test') == []


def test_weights_that_a_checkpoint_lacks_by_design():
    """In testing they are named; in training a frozen tower among them is, and what is trained is not."""
    model = segmentor()
    state = model.state_dict()
    lacking = [name for name in state if name.startswith(('decode_head.decoder.film.', 'backbone.'))]
    for name in lacking:
        del state[name]
    state._metadata[''].update(source='a file', fresh=['decode_head.decoder.film.', 'backbone.'])
    model.load_state_dict(state)
    line, = lines(model, 'test')
    assert line.startswith(f'the checkpoint lacks backbone.visual ({len(lacking) - 4}), '
                           'decode_head.decoder (4), tested as they started')
    line, = lines(model, 'train')
    assert line.startswith('backbone: frozen, but at random weights')
    assert lines(backbone_of(model, pretrained='openai'), 'train') == []


def test_a_background_that_is_not_asked_is_not_missed():
    """Published CLIPSeg has none; ``background_logit`` stands for its score."""
    model = segmentor()
    state = model.state_dict()
    del state['decode_head.background_embedding']
    state._metadata[''].update(source='a file', fresh=['decode_head.background_embedding'])
    model.load_state_dict(state)
    assert 'lacks decode_head.background_embedding, tested' in lines(model, 'test')[0]
    model.test_cfg.background_logit = 0.
    assert lines(model, 'test') == []


@pytest.mark.parametrize('pretrained', [True, False])
def test_a_backbone_of_timm(pretrained, monkeypatch, tmp_path):
    """It leaves no trace but that it needs no initialisation; nothing is fetched here."""
    monkeypatch.setattr('mmseg.models.backbones.timm_backbone.timm.create_model',
                        lambda pretrained, **options: create_model(pretrained=False, **options))
    np.savez(tmp_path / 'weights.npz', weights=np.zeros(2))
    monkeypatch.setattr('mmpartseg.checkpoints.timm_weights.weights_file',
                        lambda name: tmp_path / 'weights.npz')
    model = MODELS.build(dict(
        type='PartSegmentor', taxonomy=["cat's head"],
        backbone=dict(type='TIMMBackbone', model_name='convnext_atto', features_only=True,
                      pretrained=pretrained, out_indices=(3, )),
        decode_head=dict(type='FCNHead', in_channels=320, channels=8, num_convs=1, num_classes=2),
        train_cfg=dict(), test_cfg=dict(mode='whole')))
    model.init_weights()
    assert len(lines(model, 'train')) == 1 - pretrained


def test_towers_say_that_they_are_pretrained(tmp_path):
    """A checkpoint file in ``pretrained`` counts as loaded."""
    import open_clip
    path = tmp_path / 'clip.pt'
    torch.save(open_clip.CLIP(**TINY_CLIP).state_dict(), path)
    model = segmentor(text_encoder=dict(type='OpenCLIPTextEncoder', arch=TINY_CLIP, pretrained=str(path)))
    assert lines(model, 'train')[0].startswith('backbone: frozen')


def test_in_every_config():
    assert dict(type='LoadedWeightsHook') in Config.fromfile('configs/_base_/default_runtime.py').custom_hooks
