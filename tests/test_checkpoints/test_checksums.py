"""Files of weights are read as they were written, or not at all."""
import hashlib
import pickle
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.runner import CheckpointLoader
from mmseg.registry import MODELS
from safetensors.torch import save_file

from mmpartseg.checkpoints import read, read_checkpoint, safetensors_files, save_safetensors
from tests.test_checkpoints.test_untrusted import PATHS
from tests.tiny import TINY_CLIP

STATE = {'a.weight': torch.arange(400.), 'b.bias': torch.ones(3, 2, dtype=torch.float16)}


def same(state):
    return set(state) == set(STATE) and all(torch.equal(state[name], STATE[name]) for name in STATE)


def flip(path, at):
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def weights_at(path):
    """Where the bytes of ``a.weight`` begin."""
    return path.read_bytes().index(STATE['a.weight'].numpy().tobytes())


@pytest.mark.parametrize('way', [name for name in PATHS if name != 'resume' and '://' not in name])
def test_one_flipped_bit(way, tmp_path, monkeypatch):
    """Of a weight, on every path that reads checkpoints."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / 'file.pth'
    torch.save(dict(state_dict=STATE, meta=dict(seed=0)), path)
    flip(path, weights_at(path) + 9)
    with pytest.raises(ValueError, match=r'(?s)(file.pth cannot be read.*Bad CRC-32|none of .* is whole)'):
        PATHS[way](path)


def test_compressed_entries(tmp_path):
    """40 MB of zeros in 40 kB: refused before they are unpacked."""
    torch.save(dict(a=torch.zeros(10**7)), tmp_path / 'plain.pth')
    with zipfile.ZipFile(tmp_path / 'plain.pth') as plain, zipfile.ZipFile(
            tmp_path / 'packed.pth', 'w', zipfile.ZIP_DEFLATED) as packed:
        for name in plain.namelist():
            packed.writestr(name, plain.read(name))
    with pytest.raises(ValueError, match=r'packed.pth has compressed entries \(plain/.*\).*refused'):
        read_checkpoint(tmp_path / 'packed.pth')


def test_entries_of_one_name(tmp_path):
    """torch's reader and ours would take different ones; upper and lower case are one to torch's."""
    torch.save(STATE, tmp_path / 'file.pth')
    with zipfile.ZipFile(tmp_path / 'file.pth', 'a') as file:
        file.writestr('FILE/data.pkl', b'')
    with pytest.raises(ValueError, match='file.pth has two entries of one name'):
        read_checkpoint(tmp_path / 'file.pth')


class Grown:
    def __reduce__(self):
        return bytearray, (10**10, )


def test_what_could_take_any_amount_of_memory(tmp_path):
    torch.save(dict(a=Grown()), tmp_path / 'grown.pth', pickle_module=pickle)
    with pytest.raises(ValueError, match='grown.pth holds a bytearray'):
        read_checkpoint(tmp_path / 'grown.pth')
    torch.save(dict(a=[torch.zeros(1).expand(10**6, 10**6)]), tmp_path / 'wide.pth')
    with pytest.raises(ValueError, match=r'wide.pth holds a tensor of shape \(1000000, 1000000\), more than'):
        read_checkpoint(tmp_path / 'wide.pth')


def test_torchscript_is_code(tmp_path):
    torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), tmp_path / 'ViT-B-16.pt')
    for reader in (read_checkpoint, lambda path: MODELS.build(dict(
            type='OpenCLIPTextEncoder', arch=TINY_CLIP, pretrained=str(path)))):
        with pytest.raises(ValueError, match=r'ViT-B-16.pt is a TorchScript archive.*state_dict\(\)'):
            reader(tmp_path / 'ViT-B-16.pt')


def test_the_format_without_checksums(tmp_path):
    """Read only where somebody states the SHA-256."""
    path = tmp_path / 'old.pth'
    torch.save(STATE, path, _use_new_zipfile_serialization=False)
    with pytest.raises(ValueError, match=r'old.pth is damaged, or of the format of before torch 1.6.*torch'):
        read_checkpoint(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    named = path.rename(tmp_path / f'old-{digest}.pth')
    assert same(read_checkpoint(named))
    flip(named, weights_at(named) + 9)
    with pytest.raises(ValueError, match=r'has the SHA-256 .*, its name states'):
        read_checkpoint(named)


def test_safetensors(tmp_path):
    path = tmp_path / 'ours.safetensors'
    save_safetensors(STATE, path)
    assert same(read_checkpoint(path))
    content = path.read_bytes()
    for at in (weights_at(path) + 9, content.index(b'a.weight'), content.index(b'[400]') + 1):
        flip(path, at)
        with pytest.raises(ValueError, match='ours.safetensors (does not have the checksum|cannot be read)'):
            read_checkpoint(path)
        path.write_bytes(content)


@pytest.fixture
def said(monkeypatch):
    """What goes into the log."""
    lines = []
    for module in (read, safetensors_files):
        monkeypatch.setattr(module, 'print_log', lambda text, *args: lines.append(text))
    return lines


def test_a_file_without_any_checksum_says_so(tmp_path, said):
    save_file(STATE, tmp_path / 'theirs.safetensors')
    read_checkpoint(tmp_path / 'theirs.safetensors')
    assert 'theirs.safetensors has no checksum inside and none is stated' in said.pop()
    (tmp_path / 'blobs').mkdir()
    blob = tmp_path / 'blobs' / hashlib.sha256((tmp_path / 'theirs.safetensors').read_bytes()).hexdigest()
    (tmp_path / 'theirs.safetensors').rename(blob)
    (tmp_path / 'model.safetensors').symlink_to(blob)  # as in huggingface_hub's cache
    assert same(read_checkpoint(tmp_path / 'model.safetensors'))
    assert not said
    flip(blob, weights_at(blob) + 9)
    with pytest.raises(ValueError, match="has the SHA-256 .*, huggingface_hub's cache states"):
        read_checkpoint(tmp_path / 'model.safetensors')


def test_the_card_of_shipped_weights(tmp_path):
    """It is looked at whenever they are loaded."""
    shipped = Path(__file__).parents[2] / 'data' / 'miniature'
    shutil.copytree(shipped, tmp_path / 'miniature')
    for name, source in (('partclipseg.safetensors', '{}/partclipseg.safetensors'),
                         ('clipseg/model.safetensors', 'clipseg://{}/clipseg')):
        path = tmp_path / 'miniature' / name
        CheckpointLoader.load_checkpoint(source.format(path.parents[name.count('/')]))
        flip(path, -9)
        with pytest.raises(ValueError, match=r'has the SHA-256 .*card.json states .*damaged'):
            CheckpointLoader.load_checkpoint(source.format(path.parents[name.count('/')]))
    (tmp_path / 'miniature' / 'card.json').write_text('{"sha256": [')
    with pytest.raises(ValueError, match=r'card.json cannot be read'):
        read_checkpoint(tmp_path / 'miniature' / 'partclipseg.safetensors')


@pytest.mark.parametrize('value', [np.nan, np.inf])
def test_weights_that_are_not_finite_say_so(value, tmp_path, said):
    state = {name: tensor.clone() for name, tensor in STATE.items()}
    state['attn_mask'] = torch.full((2, 2), -np.inf)
    torch.save(dict(state_dict=state), tmp_path / 'file.pth')
    CheckpointLoader.load_checkpoint(str(tmp_path / 'file.pth'))
    assert not said
    state['b.bias'][1] = value
    torch.save(dict(state_dict=state), tmp_path / 'file.pth')
    CheckpointLoader.load_checkpoint(str(tmp_path / 'file.pth'))
    assert 'file.pth: 1 of 3 weights are NaN or infinite, first b.bias' in said.pop()
