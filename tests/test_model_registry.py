"""Models by name: every entry is whole, and files that are given once are found again."""
import contextlib
import hashlib
import http.server
import json
import re
import threading
from pathlib import Path

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


def numbers(name):
    return list(map(float, re.findall(r'\d+\.\d\d', published_model(name).scores)))


def test_scores():
    """Those of the shipped model's log, and of the paper's tables."""
    package = Path(model_registry.__file__).parent
    tables = json.loads((package / 'evaluation' / 'paper_tables.json').read_text())
    columns = [key for _, key in tables['columns']['zero_shot']]
    log = json.loads((Path('data') / 'miniature' / 'logs' / 'partclipseg_test.json').read_text())
    assert numbers('mini') == [round(log[key], 2) for key in columns]
    for name, table in (('pascal', '1'), ('ade', '2')):
        rows = tables['paper'][table]['sections'][0]['rows']
        row, = (row for row in rows if 'PartCLIPSeg' in row['labels'])
        assert numbers(f'partclipseg-{name}') == [mean for mean, _ in row['paper']]


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


def test_weights_that_are_known(monkeypatch):
    """Another file is refused, not passed over; without the hub, the way that goes is said."""
    for name, way in (('mini', '--config partclipseg/part_shapes --checkpoint FILE'),
                      ('clipseg', '--config clipseg/zero_shot --checkpoint clipseg://FOLDER')):
        with pytest.raises(ValueError, match=f"'{name}' has weights of its own; with others it is {way}"):
            checkpoint_of(published_model(name), 'mine.pth')
    with pytest.raises(FileNotFoundError, match='switched off .*: put model.safetensors of https://hugging.* '
                       f'into a folder, and give {way} in place of --model clipseg'):
        checkpoint_of(published_model('clipseg'))
    monkeypatch.setattr('huggingface_hub.try_to_load_from_cache', lambda repo, name: f'/cache/{name}')
    assert checkpoint_of(published_model('clipseg')) == 'clipseg://CIDAS/clipseg-rd64-refined'


@contextlib.contextmanager
def served(folder):
    """The address of a server of files."""
    class Served(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args):
            super().__init__(*args, directory=str(folder))

        def log_message(self, *args):
            """Nothing is printed."""

        def copyfile(self, source, outputfile):
            """What is called cut breaks off."""
            outputfile.write(source.read(3 if 'cut' in self.path else -1))

    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Served)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f'http://127.0.0.1:{server.server_port}'
    finally:
        server.shutdown()


def test_a_url_is_fetched(cache, tmp_path):
    (tmp_path / 'served').mkdir()
    for name in ('a.pth', 'cut.pth'):
        (tmp_path / 'served' / name).write_bytes(b'weights')
    model = published_model('partclipseg-ade')
    with served(tmp_path / 'served') as url:
        found = checkpoint_of(model, f'{url}/a.pth', str).removeprefix('partclipseg://')
        with pytest.raises(FileNotFoundError, match=r"b.pth' cannot be fetched: HTTP Error 404"):
            checkpoint_of(model, f'{url}/b.pth')
        with pytest.raises(FileNotFoundError, match=r"cut.pth' cannot be fetched: 3 of 7 bytes came"):
            checkpoint_of(model, f'{url}/cut.pth')
        for wrong in ('http://[::1/a', 'http://\u00e4 b/c'):
            with pytest.raises(FileNotFoundError, match='cannot be fetched'):
                checkpoint_of(model, wrong)
    assert {path.name for path in Path(found).parent.iterdir()} == {
        'partclipseg-ade.path', 'partclipseg-ade-a.pth'}  # nothing of the others
    assert found.startswith(str(cache)) and open(found, 'rb').read() == b'weights'
    assert checkpoint_of(model, None, str).endswith(found)
    with pytest.raises(ValueError, match=r"'ftp://x/y' is neither a path nor an http"):
        checkpoint_of(model, 'ftp://x/y')


def test_weights_are_those_of_the_card(monkeypatch):
    model = published_model('mini')
    assert checkpoint_of(model).endswith('partclipseg.safetensors')
    with pytest.raises(ValueError, match='but 00 is stated: another file'):
        checkpoint_of(model._replace(sha256='00'))


def test_the_default(monkeypatch, tmp_path):
    said = []
    assert default_model(said.append).name == 'mini' and 'HF_HUB_OFFLINE' in said[0]
    monkeypatch.setattr('huggingface_hub.try_to_load_from_cache', lambda repo, name: f'/cache/{name}')
    assert default_model(said.append).name == 'clipseg' and len(said) == 1
    monkeypatch.setattr('huggingface_hub.try_to_load_from_cache', lambda repo, name: None)
    monkeypatch.setattr('huggingface_hub.constants.HF_HUB_OFFLINE', False)
    monkeypatch.setattr('huggingface_hub.constants.ENDPOINT', 'http://127.0.0.1:9')
    assert default_model(said.append).name == 'mini' and 'the hub cannot be reached (' in said[1]
    monkeypatch.setattr('huggingface_hub.get_hf_file_metadata', lambda url, timeout: called.append(url))
    called = []
    assert default_model(said.append).name == 'clipseg' and len(said) == 2
    assert called == ['http://127.0.0.1:9/CIDAS/clipseg-rd64-refined/resolve/main/config.json']
    # it answers, and does not give: a portal, a proxy that forbids
    with served(tmp_path) as url:
        monkeypatch.undo()
        monkeypatch.setattr('huggingface_hub.constants.HF_HUB_OFFLINE', False)
        monkeypatch.setattr('huggingface_hub.constants.ENDPOINT', url)
        assert default_model(said.append).name == 'mini' and '404' in said[2]
    assert model_registry.HUB_PATIENCE < 10
