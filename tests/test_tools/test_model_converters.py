"""tools/model_converters: published weights to ours, a baseline to ``transformers``."""
import runpy
from pathlib import Path

import pytest
import torch
from mmengine.runner.checkpoint import load_checkpoint
from transformers import CLIPSegForImageSegmentation

from tests.test_checkpoints.test_clipseg import TINY, our_model, transformers_model
from tests.test_checkpoints.test_schemes import released, save

TOOLS = Path(__file__).parents[2] / 'tools' / 'model_converters'


def run(monkeypatch, tool, *arguments):
    monkeypatch.setattr('sys.argv', [tool, *map(str, arguments)])
    runpy.run_path(str(TOOLS / tool), run_name='__main__')


@pytest.mark.parametrize('scheme', ['clipseg', 'partclipseg'])
def test_to_mmpartseg(scheme, tmp_path, monkeypatch):
    if scheme == 'clipseg':
        transformers_model(TINY).save_pretrained(tmp_path / 'source')
    else:
        save(dict(model=released()), tmp_path / 'source')
    source, out = f"{scheme}://{tmp_path / 'source'}", tmp_path / 'new' / 'out.pth'
    run(monkeypatch, 'to_mmpartseg.py', source, out)
    converted, direct = (our_model(TINY, type='PartCLIPSegHead', adapter_channels=8) for _ in range(2))
    direct.load_state_dict(converted.state_dict())
    load_checkpoint(converted, str(out))
    load_checkpoint(direct, source)
    for name, value in direct.state_dict().items():
        assert torch.equal(value, converted.state_dict()[name]), name
    assert [p.name for p in out.parent.iterdir()] == ['out.pth']


def test_nothing_is_written_when_the_source_is_bad(tmp_path, monkeypatch):
    with pytest.raises(FileNotFoundError, match='nowhere.pth'):
        run(monkeypatch, 'to_mmpartseg.py', 'partclipseg://nowhere.pth', tmp_path / 'out.pth')
    with pytest.raises(SystemExit):
        run(monkeypatch, 'to_mmpartseg.py', 'nowhere.pth', tmp_path / 'out.pth')
    assert not list(tmp_path.iterdir())


def test_clipseg_to_transformers(tmp_path, monkeypatch):
    model, fresh = our_model(TINY), our_model(TINY)
    checkpoint = save(dict(state_dict=model.state_dict()), tmp_path / 'trained.pth')
    config = tmp_path / 'config.py'
    monkeypatch.setattr('mmseg.registry.MODELS.build', lambda _: fresh)
    config.write_text("model = dict(type='PartSegmentor')\n")
    run(monkeypatch, 'clipseg_to_transformers.py', config, checkpoint, tmp_path / 'exported')
    exported = CLIPSegForImageSegmentation.from_pretrained(tmp_path / 'exported')
    assert torch.equal(exported.decoder.film_mul.weight, model.decode_head.decoder.film.mul.weight)
