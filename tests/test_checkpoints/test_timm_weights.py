"""timm's weights, by every door; nothing is fetched here."""
import os
import re

import huggingface_hub
import numpy as np
import pytest
import timm
import torch
from huggingface_hub.errors import EntryNotFoundError
from mmengine.config import Config
from mmengine.runner import CheckpointLoader
from mmseg.registry import MODELS
from safetensors.torch import save_file

from mmpartseg.checkpoints import published_model, timm_weights
from mmpartseg.checkpoints.hashes import sha256_of
from mmpartseg.models import clip_weights
from tests.tiny import TINY_CLIP

TINY = 'test_convnext'
DOORS = {
    'scheme': lambda: CheckpointLoader.load_checkpoint(f'timm://{TINY}'),
    'backbone of mmseg': lambda: MODELS.build(dict(type='TIMMBackbone', model_name=TINY)),
    'tower': lambda: MODELS.build(dict(type='TimmImageTower', arch=TINY, pretrained=True)).init_weights(),
    'DINOv2': lambda: MODELS.build(dict(type='DINOv2', arch='test_vit', pretrained=True)).init_weights()}


class Payload:
    def __reduce__(self):
        return os.mkdir, ('pwned', )


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """A folder in place of the hub; what is asked of it is listed."""
    def download(owner_and_name, name, revision=None):
        asked.append((owner_and_name, name))
        if not (tmp_path / name).exists():
            raise EntryNotFoundError(name)
        return str(tmp_path / name)

    asked = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(huggingface_hub, 'hf_hub_download', download)
    monkeypatch.setenv('TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD', '1')  # torch's switch for old code has no say
    return tmp_path, asked


def weights():
    torch.manual_seed(7)
    return timm.create_model(TINY).state_dict()


def test_weights_of_the_shipped_config(monkeypatch, tmp_path):
    """The backbone is built without them and gets all of them when training starts."""
    torch.manual_seed(7)
    whole = timm.create_model('convnext_tiny')
    save_file(whole.state_dict(), tmp_path / 'model.safetensors')
    asked = []
    monkeypatch.setattr(timm_weights, 'weights_file',
                        lambda name: asked.append(name) or str(tmp_path / 'model.safetensors'))
    backbone = MODELS.build(Config.fromfile('configs/partclipseg/pascal_part_convnext.py').model.backbone)
    assert not asked
    backbone.init_weights()
    assert asked == ['convnext_tiny']
    actual = backbone.timm_model.state_dict()
    expected = {key.replace('stages.', 'stages_').replace('stem.', 'stem_'): value
                for key, value in whole.state_dict().items() if not key.startswith('head.')}
    assert actual.keys() == expected.keys()
    assert all(torch.equal(actual[key], expected[key]) for key in expected)


@pytest.mark.parametrize('name', ['model.safetensors', 'pytorch_model.bin'])
def test_what_the_hub_has(name, hub):
    """safetensors before torch's files, as timm has it."""
    folder, asked = hub
    (save_file if name.endswith('tensors') else torch.save)(weights(), folder / name)
    state = published_model(TINY).state_dict()
    assert asked[-1] == (f'timm/{TINY}.r160_in1k', name) and asked[0][1] == 'model.safetensors'
    assert all(torch.equal(value, state[key]) for key, value in weights().items())
    backbone = DOORS['backbone of mmseg']()
    assert torch.equal(backbone.timm_model.stem_0.weight, weights()['stem.0.weight'])
    assert 'timm_model.stem_0.weight' in DOORS['scheme']()['state_dict']


@pytest.mark.parametrize('door', DOORS)
def test_no_code_is_run(door, hub):
    folder, _ = hub
    torch.save(dict(weights(), more=Payload()), folder / 'pytorch_model.bin')
    with pytest.raises(ValueError, match='pytorch_model.bin is damaged, or holds objects other than tensors'):
        DOORS[door]()
    assert not (folder / 'pwned').exists()


@pytest.mark.parametrize('door', DOORS)
def test_a_bit_is_not_what_it_was(door, hub):
    folder, _ = hub
    path = folder / 'pytorch_model.bin'
    torch.save(weights(), path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(ValueError, match='pytorch_model.bin'):
        DOORS[door]()


def test_files_of_ones_own(hub):
    """``checkpoint_path`` and the overlay of mmseg's backbone are doors too; a configuration is none."""
    folder, asked = hub
    torch.save(weights(), folder / 'good.pth')
    torch.save(dict(weights(), more=Payload()), folder / 'bad.pth')
    config = dict(type='TIMMBackbone', model_name=TINY)
    built = MODELS.build(dict(config, pretrained_cfg_overlay=dict(file='good.pth')))
    assert torch.equal(built.timm_model.stem_0.weight, weights()['stem.0.weight']) and asked == []
    for options in (dict(pretrained_cfg_overlay=dict(file='bad.pth')),
                    dict(pretrained=False, checkpoint_path='bad.pth')):
        with pytest.raises(ValueError, match='bad.pth is damaged, or holds objects'):
            MODELS.build(dict(config, **options))
    with pytest.raises(ValueError, match='pretrained_cfg may name weights that nobody checks'):
        MODELS.build(dict(config, pretrained_cfg=dict(file='bad.pth')))
    assert not (folder / 'pwned').exists()


def test_by_a_url(monkeypatch, tmp_path):
    """Models that are on no hub come from an address, into torch's cache."""
    torch.save(weights(), tmp_path / 'w.pth')
    cfg = timm.get_pretrained_cfg(TINY)
    monkeypatch.setattr(timm, 'get_pretrained_cfg',
                        lambda name: type(cfg)(url='https://example.com/w.pth'))
    monkeypatch.setattr(timm_weights, 'fetched', lambda url: tmp_path / re.sub('.*/', '', url))
    assert timm_weights.weights_file(TINY) == tmp_path / 'w.pth'


def test_neither_cached_nor_reachable():
    with pytest.raises(FileNotFoundError, match="convnext_atto: timm could not give.*init_cfg to None"):
        CheckpointLoader.load_checkpoint('timm://convnext_atto')


def test_no_such_weights():
    with pytest.raises(ValueError, match="timm .* has no weights 'convnext_tynee'"):
        published_model('convnext_tynee')


def test_arrays_of_numpy_are_held_against_their_sha256(tmp_path):
    """``.npz``, which timm and open_clip read themselves."""
    path = tmp_path / 'weights-1a2b3c4d.npz'
    np.savez(path, a=np.ones(3))
    for door in (timm_weights._read_before, lambda path: clip_weights.pretrained_state(TINY_CLIP, path, '')):
        with pytest.raises(ValueError, match='1a2b3c4d.npz has the SHA-256 .* its name states 1a2b3c4d'):
            door(str(path))
    whole = path.rename(tmp_path / f'weights-{sha256_of(path)}.npz')
    assert timm_weights._read_before(whole) == str(whole)
