"""Every scheme that mmengine knows reads tensors only, with checksums, wherever the file comes from."""
import functools
import http.server
import os
import threading
from pathlib import Path

import pytest
import torch
from mmengine.fileio.backends import PetrelBackend
from mmengine.logging import MMLogger
from mmengine.runner import CheckpointLoader
from mmengine.runner import checkpoint as mmengine_checkpoint

from mmpartseg.checkpoints import check_state_dict, classes_of, hub, safe_scheme

LISTS = ('get_torchvision_models', 'get_external_models', 'get_mmcls_models')
EXAMPLES = {r'(\S+\:)?s3://': 'cluster:s3://bucket/', r'(\S+\:)?petrel://': 'petrel://bucket/'}
REFUSED = {'pavi://': 'pavi:// is not supported; download the file',
           'hf://': 'is no model of the hub',
           'timm://': 'has no weights',
           'clipseg://': 'is neither a folder nor in the cache'}


class Payload:
    def __reduce__(self):
        return os.mkdir, ('pwned', )


class Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A folder that is served, and its address; what schemes look up leads there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv('TORCH_HOME', str(tmp_path / 'torch'))
    monkeypatch.setenv('MMENGINE_HOME', str(tmp_path / 'mmengine'))
    monkeypatch.setenv('TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD', '1')  # torch's switch for old code has no say
    folder = tmp_path / 'served'
    folder.mkdir()
    handler = functools.partial(Silent, directory=str(folder))
    with http.server.ThreadingHTTPServer(('127.0.0.1', 0), handler) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        address = f'http://127.0.0.1:{httpd.server_port}'
        for name in LISTS:
            monkeypatch.setattr(mmengine_checkpoint, name, lambda: {'file.pth': f'{address}/file.pth'})
        monkeypatch.setattr(PetrelBackend, '__init__', lambda self, **kwargs: None)
        monkeypatch.setattr(PetrelBackend, 'get', lambda self, path: (folder / Path(path).name).read_bytes())
        yield folder, address
        httpd.shutdown()


def example(prefix, folder, address):
    """A name that has the prefix and means the file that is served."""
    if prefix.startswith('http'):
        return f'{address}/file.pth'
    local = prefix == '' or any(word in prefix for word in ('clip', 'zsseg', 'catseg'))
    return f'{EXAMPLES.get(prefix, prefix)}' + (f'{folder}/file.pth' if local else 'file.pth')


@pytest.mark.parametrize('prefix', CheckpointLoader._schemes)
def test_every_registered_scheme_runs_nothing(prefix, server):
    torch.save(dict(state_dict=dict(a=torch.ones(2)), meta=Payload()), server[0] / 'file.pth')
    message = REFUSED.get(prefix, r'file\.pth is damaged, or holds objects .* could run code')
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        CheckpointLoader.load_checkpoint(example(prefix, *server))
    assert not Path('pwned').exists()


@pytest.mark.parametrize('prefix', ['', 'http://', 'https://', 'torchvision://', 'modelzoo://',
                                    'open-mmlab://', 'openmmlab://', 'mmcls://', *EXAMPLES])
def test_what_is_fetched_is_read(prefix, server):
    weight = torch.arange(3.)
    torch.save({'backbone.weight': weight}, server[0] / 'file.pth')
    checkpoint = CheckpointLoader.load_checkpoint(example(prefix, *server))
    checkpoint = checkpoint['state_dict'] if prefix == 'mmcls://' else checkpoint
    assert torch.equal(checkpoint['weight' if prefix == 'mmcls://' else 'backbone.weight'], weight)


def test_files_of_one_name_on_two_pages(server):
    folder, address = server
    for i in (1, 2):
        (folder / str(i)).mkdir()
        torch.save(dict(a=torch.tensor([i])), folder / str(i) / 'model_final.pth')
        assert CheckpointLoader.load_checkpoint(f'{address}/{i}/model_final.pth')['a'] == i
    (folder / '1' / 'model_final.pth').unlink()  # from the cache
    assert CheckpointLoader.load_checkpoint(f'{address}/1/model_final.pth')['a'] == 1


def test_what_is_not_there(server):
    with pytest.raises(FileNotFoundError, match=r'no.pth could not be fetched .*404.* or put it at .*no.pth'):
        CheckpointLoader.load_checkpoint(f'{server[1]}/no.pth')
    with pytest.raises(ValueError, match=r"no weights torchvision://fil.pth; the closest .*'file.pth'"):
        CheckpointLoader.load_checkpoint('torchvision://fil.pth')


def test_a_loader_of_somebody_else_is_refused(monkeypatch):
    monkeypatch.setattr(CheckpointLoader, '_schemes', dict(CheckpointLoader._schemes))
    CheckpointLoader.register_scheme('mine://', lambda filename, map_location: dict(a=1))
    with pytest.raises(ValueError, match=r'mine://a: its scheme is read by .*test_remote.*safe_scheme'):
        CheckpointLoader.load_checkpoint('mine://a')
    safe_scheme('mine://')(lambda filename, map_location: dict(a=1))
    assert CheckpointLoader.load_checkpoint('mine://a') == dict(a=1)


def test_names_with_escape_sequences(tmp_path, caplog):
    """Of a file, and of a weight in it, as they are logged."""
    path = tmp_path / 'a\x1b[2J.pth'
    torch.save({'weight\x1b[2J': torch.tensor([float('nan')])}, path)
    MMLogger.get_current_instance().addHandler(caplog.handler)
    try:
        CheckpointLoader.load_checkpoint(str(path))
    finally:
        MMLogger.get_current_instance().removeHandler(caplog.handler)
    loaded, broken = caplog.messages
    assert loaded.endswith(r'a\x1b[2J.pth') and r'first weight\x1b[2J;' in broken
    assert loaded.isprintable() and broken.isprintable()
    with pytest.raises(ValueError, match=r'a\\x1b\[2J.pth does not fit') as error:
        check_state_dict(torch.nn.Linear(1, 1), {}, metadata=dict(source=str(path)))
    assert str(error.value).isprintable()


@pytest.mark.parametrize('text, message', [
    (b'\xff', 'its run.json cannot be read .*; fetch it again'),
    (b'[' * 10**5, 'its run.json cannot be read'),
    *[(text, 'its run.json names no weights with their SHA-256') for text in (
        b'[]', b'{"weights": ["a"], "sha256": {}}', b'{"weights": "a", "sha256": "a"}')]])
def test_a_damaged_page_of_the_hub(text, message, tmp_path, monkeypatch):
    (tmp_path / 'run.json').write_bytes(text)
    monkeypatch.setattr(hub, 'fetch', lambda source, name: tmp_path / name)
    with pytest.raises(ValueError, match=f'hf://owner/name: {message}'):
        CheckpointLoader.load_checkpoint('hf://owner/name')


@pytest.mark.parametrize('noted', [[1], dict(classes=5), dict(classes='cat'), 'cat', 7])
def test_classes_that_are_none(noted):
    assert classes_of(dict(meta=dict(dataset_meta=noted))) is None
