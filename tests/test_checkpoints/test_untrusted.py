"""Every path that reads a checkpoint refuses a pickle that would run code, and names the file."""
import os
import pickle
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.runner import CheckpointLoader, Runner
from mmengine.runner.checkpoint import load_checkpoint
from mmseg.apis import init_model
from mmseg.registry import MODELS

from mmpartseg.apis import PartSegInferencer
from mmpartseg.engine import prepare_resume
from mmpartseg.evaluation.counts_file import load_counts
from tests.tiny import TINY_CLIP, segmentor
from tests.tiny_model import write_model
from tests.tiny_towers import FAMILIES

TOOLS = Path(__file__).parents[2] / 'tools'


class Payload:
    """Makes a folder in the working folder when it is unpickled."""

    def __reduce__(self):
        return os.mkdir, ('pwned', )


def zip_format(path):
    torch.save(dict(state_dict=segmentor().state_dict(), meta=Payload()), path)


def legacy_format(path):
    torch.save(dict(state_dict={}, meta=Payload()), path, _use_new_zipfile_serialization=False)


def plain_pickle(path):
    path.write_bytes(pickle.dumps(dict(state_dict=Payload())))


def behind_a_link(path):
    zip_format(path.with_name('elsewhere'))
    path.symlink_to(path.with_name('elsewhere'))


def tool(name, *arguments):
    sys.argv = [name, *map(str, arguments)]
    runpy.run_path(str(TOOLS / name), run_name='__main__')


def resume(path):
    (path.parent / 'last_checkpoint').write_text(str(path))
    prepare_resume(Config(dict(work_dir=str(path.parent))))


def runner(path, resume):
    model = segmentor()
    Runner(model, str(path.parent / 'work'), load_from=str(path), resume=resume,
           default_scope='mmseg', experiment_name=f'untrusted_{resume}').load_or_resume()


PATHS = {
    'load_from': lambda path: runner(path, False),
    'resume': lambda path: runner(path, True),
    '--resume': resume,
    'partclipseg://': lambda path: CheckpointLoader.load_checkpoint(f'partclipseg://{path}'),
    'clipseg://': lambda path: CheckpointLoader.load_checkpoint(f'clipseg://{path.parent}'),
    'load_checkpoint': lambda path: load_checkpoint(segmentor(), str(path)),
    'inferencer': lambda path: PartSegInferencer(write_model(path.parent)[0], path),
    'init_model': lambda path: init_model(write_model(path.parent)[0], str(path), 'cpu'),
    'to_mmpartseg.py': lambda path: tool('model_converters/to_mmpartseg.py',
                                         f'partclipseg://{path}', path.parent / 'out.pth'),
    'clipseg_to_transformers.py': lambda path: tool(
        'model_converters/clipseg_to_transformers.py', write_model(path.parent)[0], path,
        path.parent / 'out'),
    'replay_loss.py': lambda path: tool('analysis/replay_loss.py', path),
    'pretrained image tower': lambda path: MODELS.build(dict(
        type='OpenCLIPViT', arch=TINY_CLIP, pretrained=str(path), out_indices=(0, ))).init_weights(),
    'pretrained text tower': lambda path: MODELS.build(dict(
        type='OpenCLIPTextEncoder', arch=TINY_CLIP, pretrained=str(path))),
    'pretrained tower of timm': lambda path: MODELS.build(dict(
        type='TimmImageTower', arch='vit_small_patch16_dinov3', pretrained=str(path), out_indices=[0],
        options=FAMILIES['dinov3'].options)).init_weights(),
    'init_cfg of a backbone of mmseg': lambda path: MODELS.build(dict(
        type='ResNet', depth=18, init_cfg=dict(type='Pretrained', checkpoint=str(path)))).init_weights(),
}


@pytest.mark.parametrize('read', PATHS)
@pytest.mark.parametrize('forced', [False, True])
def test_refused(read, forced, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, 'argv', [])
    if forced:  # torch's switch for old code has no say here
        monkeypatch.setenv('TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD', '1')
    path = tmp_path / 'pytorch_model.bin'
    zip_format(path)
    with pytest.raises(ValueError, match=r'(?s)pytorch_model.bin.*(could run code|weights_only)'):
        PATHS[read](path)
    assert not (tmp_path / 'pwned').exists()


@pytest.mark.parametrize('write', [legacy_format, plain_pickle, behind_a_link])
def test_every_format(write, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / 'file.pth')
    with pytest.raises(ValueError, match='file.pth'):
        load_checkpoint(segmentor(), str(tmp_path / 'file.pth'))
    assert not (tmp_path / 'pwned').exists()


def test_no_config_is_taken_from_a_checkpoint(tmp_path):
    """mmengine runs such a text as Python, in its inferencer and when a run is resumed."""
    text = f'__import__("os").mkdir({str(tmp_path / "pwned")!r})'
    config, weights = write_model(tmp_path)
    content = torch.load(weights, weights_only=True)
    torch.save(dict(content, meta=dict(config=text, cfg=text, epoch=0, iter=0)), weights)
    assert 'config' not in CheckpointLoader.load_checkpoint(weights)['meta']
    with pytest.raises(ValueError, match='config=None: give the config file'):
        PartSegInferencer(None, weights)
    assert not (tmp_path / 'pwned').exists()


def test_counts(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.savez(tmp_path / 'counts.npz', object_parts=np.array([Payload()], dtype=object))
    with pytest.raises(ValueError, match=r"counts.npz' cannot be read .*allow_pickle=False"):
        load_counts(tmp_path / 'counts.npz')
    assert not (tmp_path / 'pwned').exists()
