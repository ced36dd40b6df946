"""Models by name: every entry is whole, and files that are given once are found again."""
import hashlib
import http.server
import threading

import pytest
from mmengine.config import Config

from mmpartseg import PartTaxonomy, model_registry
from mmpartseg.model_registry import checkpoint_of, default_model, published_model, published_models
from mmpartseg.shipped import config_path


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'cache'))
    return tmp_path / 'cache'


@pytest.mark.parametrize('name', published_models())
def test_entries(name):
    model = published_model(name)
    head = Config.fromfile(config_path(model.config)).model.decode_head
    if model.trained_on is not None:
        assert PartTaxonomy.named(model.trained_on) == PartTaxonomy.build(head.train_taxonomy)
    assert all((model.summary, model.scores, model.licence, model.source))


def test_unknown():
    with pytest.raises(ValueError, match=r"no model 'maxi'; there are \['clipseg', .*'mini'\]"):
        published_model('maxi')


def test_a_file_is_given_once(cache, tmp_path):
    said, model = [], published_model('partclipseg-pascal')
    with pytest.raises(FileNotFoundError, match='give their file once, --model partclipseg-pascal --check'):
        checkpoint_of(model)
    with pytest.raises(FileNotFoundError, match=r"there is no file 'gone.pth'"):
        checkpoint_of(model, 'gone.pth')
    (tmp_path / 'model_final.pth').write_bytes(b'weights')
    for given in (str(tmp_path / 'model_final.pth'), None):
        assert checkpoint_of(model, given, said.append) == f"partclipseg://{tmp_path / 'model_final.pth'}"
    assert all(hashlib.sha256(b'weights').hexdigest() in line for line in said) and len(said) == 2
    (tmp_path / 'model_final.pth').unlink()
    with pytest.raises(FileNotFoundError, match='are not there any more; give them again'):
        checkpoint_of(model)
    assert checkpoint_of(published_model('clipseg')) == 'clipseg://CIDAS/clipseg-rd64-refined'


def test_a_url_is_fetched(cache, tmp_path):
    (tmp_path / 'served').mkdir()
    (tmp_path / 'served' / 'a.pth').write_bytes(b'weights')

    class Served(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args):
            super().__init__(*args, directory=str(tmp_path / 'served'))

        def log_message(self, *args):
            """Nothing is printed."""

    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Served)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url, model = f'http://127.0.0.1:{server.server_port}', published_model('partclipseg-ade')
    try:
        found = checkpoint_of(model, f'{url}/a.pth', str).removeprefix('partclipseg://')
        with pytest.raises(FileNotFoundError, match=r"b.pth' cannot be fetched: HTTP Error 404"):
            checkpoint_of(model, f'{url}/b.pth')
    finally:
        server.shutdown()
    assert found.startswith(str(cache)) and open(found, 'rb').read() == b'weights'
    assert checkpoint_of(model, None, str).endswith(found)
    with pytest.raises(ValueError, match=r"'ftp://x/y' is neither a path nor an http"):
        checkpoint_of(model, 'ftp://x/y')


def test_weights_are_those_of_the_card(monkeypatch):
    model = published_model('mini')
    assert checkpoint_of(model).endswith('partclipseg.safetensors')
    with pytest.raises(ValueError, match='but 00 is stated: another file'):
        checkpoint_of(model._replace(sha256='00'))


def test_the_default(monkeypatch):
    said = []
    assert default_model(said.append).name == 'mini' and 'HF_HUB_OFFLINE' in said[0]
    monkeypatch.setattr('huggingface_hub.try_to_load_from_cache', lambda repo, name: f'/cache/{name}')
    assert default_model(said.append).name == 'clipseg' and len(said) == 1
    monkeypatch.setattr('huggingface_hub.try_to_load_from_cache', lambda repo, name: None)
    monkeypatch.setattr('huggingface_hub.constants.HF_HUB_OFFLINE', False)
    monkeypatch.setattr('huggingface_hub.constants.ENDPOINT', 'http://127.0.0.1:9')
    assert default_model(said.append).name == 'mini' and 'the hub cannot be reached (' in said[1]
    assert model_registry.HUB_PATIENCE < 10
