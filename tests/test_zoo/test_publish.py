"""A finished run, published, pushed to a stand-in of the hub, entered into the zoo, and loaded again."""
import hashlib
import importlib
import json
import shutil
import sys
from pathlib import Path

import pytest
import torch
import yaml
from mmengine.config import Config
from mmengine.runner import CheckpointLoader
from safetensors.torch import load_file

from mmpartseg.evaluation.runs import training_log
from mmpartseg.zoo import load_zoo, outdated
from mmpartseg.zoo.finished import read_finished
from tests.made_up_scores import SCORES

ROOT = Path(__file__).parents[2]
sys.path += [str(ROOT / 'tools' / name) for name in ('analysis', 'pretraining')]
publish, card = (importlib.import_module(name) for name in ('publish', 'card'))


def test_a_folder(run, checkout, tmp_path, capsys):
    out = tmp_path / 'out'
    publish.main([str(run), '--out', str(out), '--hardware', '8 GPUs', '--root', str(checkout)])
    weights, = out.glob('*.safetensors')
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    assert weights.name == f'fcn_fast-{digest[:8]}.safetensors' and str(weights) in capsys.readouterr().out
    state = load_file(weights)
    assert set(state) == {'a.weight', 'a.steps'}  # no optimizer
    assert torch.equal(state['a.weight'], torch.arange(6.).view(2, 3) / 3)
    content = json.loads((out / 'run.json').read_text())
    assert content['config'] == 'configs/fcn/fast.py' and content['classes'] == ['b', 'c']
    for name, stated in content['sha256'].items():
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == stated
    assert json.loads((out / 'test_log.json').read_text()) == SCORES
    lines = [json.loads(line) for line in (out / 'train_log.json').read_text().splitlines()]
    assert [(line['step'], line['loss']) for line in lines] == [(1, 1), (2, 1), (3, 2), (4, 2), (7, 2)]
    assert 'work_dir' not in Config.fromfile(out / 'config.py')
    _, front, text = (out / 'README.md').read_text().split('---\n', 2)
    metric = yaml.safe_load(front)['model-index'][0]['results'][0]['metrics'][5]
    assert metric == dict(type='iou', name='Oracle-Obj Unseen', value=12.12)
    assert digest in text and '| Pred-All Harmonic | 3.12 |' in text and '| hardware | 8 GPUs |' in text


def test_half(run, checkout, tmp_path):
    publish.main([str(run), '--out', str(tmp_path / 'out'), '--half', '--root', str(checkout)])
    weights, = (tmp_path / 'out').glob('*.safetensors')
    state = load_file(weights)
    assert (state['a.weight'].dtype, state['a.steps'].dtype) == (torch.float16, torch.int64)


def test_hub_and_zoo(run, checkout, tmp_path, hub):
    publish.main([str(run), '--out', str(tmp_path / 'out'), '--root', str(checkout), '--push', 'me/fast',
                  '--private', '--zoo'])
    assert set(hub.repos['me/fast']) >= {
        'README.md', 'run.json', 'config.py', 'train_log.json', 'test_log.json'}
    assert hub.private == {'me/fast'} and b'hf://me/fast' in hub.repos['me/fast']['README.md']
    assert outdated(checkout) == []
    page = (checkout / 'configs/fcn/README.md').read_text()
    revision = hub.commit('me/fast')  # what was pushed, whatever is pushed there later
    assert f'| fcn_fast | `hf://me/fast@{revision}` |' in page
    models = yaml.safe_load((checkout / 'configs/fcn/metafile.yaml').read_text())['Models']
    entry = next(each for each in models if each['Name'] == 'fcn_fast')
    assert entry['Weights'].startswith(f'https://huggingface.co/me/fast/resolve/{revision}/fcn_fast-')
    assert '| 1.12 / 2.12 / 3.12 | 11.12 / 12.12 / 13.12 |' in page
    shutil.rmtree(tmp_path / 'out')  # what follows comes from the hub
    loaded = CheckpointLoader.load_checkpoint('hf://me/fast', 'cpu')
    assert torch.equal(loaded['state_dict']['a.weight'], torch.arange(6.).view(2, 3) / 3)
    assert loaded['meta']['dataset_meta']['classes'] == ['b', 'c']
    assert sum('safetensors' in request for request in hub.requests if request.startswith('GET')) == 1
    CheckpointLoader.load_checkpoint('hf://me/fast', 'cpu')  # cached
    assert sum('safetensors' in request for request in hub.requests if request.startswith('GET')) == 1


def test_a_revision_stays(run, checkout, tmp_path, hub):
    """A later push changes ``hf://me/fast``, not what was pushed before."""
    first = {}
    for value in (1., 2.):
        content = torch.load(run / 'iter_7.pth')
        content['state_dict']['a.weight'].fill_(value)
        torch.save(content, run / 'iter_7.pth')
        publish.main([str(run), '--out', str(tmp_path / f'out{value}'), '--root', str(checkout), '--push',
                      'me/fast'])
        first.setdefault('revision', hub.commit('me/fast'))
    for source, value in ((f'hf://me/fast@{first["revision"]}', 1.), ('hf://me/fast', 2.)):
        state = CheckpointLoader.load_checkpoint(source, 'cpu')['state_dict']
        assert torch.equal(state['a.weight'], torch.full((2, 3), value)), source
    with pytest.raises(FileNotFoundError, match=r'hf://me/fast@0123: run.json is not in the cache .*'):
        CheckpointLoader.load_checkpoint('hf://me/fast@0123', 'cpu')


def test_without_a_token(run, checkout, tmp_path, hub, monkeypatch):
    monkeypatch.setenv('HF_TOKEN', 'hf_of_someone_else')
    with pytest.raises(OSError, match='(?s)nothing was pushed to me/fast: .*401.*`hf auth login` may'):
        publish.main([str(run), '--out', str(tmp_path / 'out'), '--root', str(checkout), '--push', 'me/fast'])
    assert hub.repos == {}


def test_weights_that_were_exchanged(run, checkout, tmp_path, hub):
    publish.main([str(run), '--out', str(tmp_path / 'out'), '--root', str(checkout), '--push', 'me/fast'])
    name, = (name for name in hub.repos['me/fast'] if name.endswith('.safetensors'))
    hub.repos['me/fast'][name] += b' '
    with pytest.raises(ValueError, match=f'hf://me/fast: {name} has SHA-256 .* but run.json states'):
        CheckpointLoader.load_checkpoint('hf://me/fast', 'cpu')


def test_what_is_no_model_of_ours(hub):
    hub.repos['me/other'] = {'run.json': b'{"weights": "model.safetensors"}'}
    with pytest.raises(ValueError, match='hf://me/other: its run.json names no weights'):
        CheckpointLoader.load_checkpoint('hf://me/other', 'cpu')
    with pytest.raises(FileNotFoundError, match='hf://me/none: run.json is not in the cache'):
        CheckpointLoader.load_checkpoint('hf://me/none', 'cpu')
    with pytest.raises(ValueError, match="'hf://none' is no model of the hub; expected hf://owner/name"):
        CheckpointLoader.load_checkpoint('hf://none', 'cpu')


def test_offline(tmp_path, monkeypatch):
    monkeypatch.setattr('huggingface_hub.constants.HF_HUB_OFFLINE', True)
    monkeypatch.setattr('huggingface_hub.constants.HF_HUB_CACHE', str(tmp_path))
    with pytest.raises(FileNotFoundError, match='hf://me/fast: run.json .* HF_HUB_OFFLINE'):
        CheckpointLoader.load_checkpoint('hf://me/fast', 'cpu')


def change(run, old, new, name='fast.py'):
    path = run / name
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


@pytest.mark.parametrize('spoil, message', [
    (lambda run: (run / 'fast.py').unlink(), 'holds no config'),
    (lambda run: (run / 'iter_7.pth').rename(run / 'iter_6.pth'), 'has no iter_7.pth, so the run is not fin'),
    (lambda run: (run / 'test/3/3.json').unlink(), r'no test of .*iter_7.pth was logged'),
    (lambda run: change(run, 'max_iters=7', 'max_epochs=7'), 'has no max_iters, so its last checkpoint is'),
    (lambda run: change(run, '/iter_7.pth', '/iter_3.pth', 'test/3/vis_data/config.py'),
     r'no test of .*iter_7.pth was logged in .*3.json is of .*/iter_3.pth\); run tools/test.py'),
    (lambda run: change(run, "type='FCNHead'", "type='FCNHead', channels=3", 'test/3/vis_data/config.py'),
     r'in .*3.json model.decode_head.channels is 3, in the training none\); run'),
    (lambda run: (run / 'test/3/vis_data/config.py').unlink(), r'no config lies beside .*3.json\); run')])
def test_runs_that_cannot_be_published(run, checkout, spoil, message):
    spoil(run)
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        read_finished(run, load_zoo(checkout))


def test_nothing_is_overwritten(run, checkout, tmp_path):
    with pytest.raises(FileExistsError, match='is not empty; give another --out'):
        publish.main([str(run), '--out', str(run), '--root', str(checkout)])
    assert len(training_log(run)) == 5


def test_an_entry_needs_weights(run, checkout, capsys):
    with pytest.raises(SystemExit):
        publish.parse_args([str(run), '--out', 'out', '--zoo'])
    assert '--zoo needs --push' in capsys.readouterr().err
    with pytest.raises(SystemExit):
        publish.parse_args([str(run), '--out', 'out', '--push', 'fast'])
    assert "--push 'fast': expected OWNER/NAME, a repository of the hub" in capsys.readouterr().err


def test_logs_of_new_shipped_weights(run, tmp_path):
    """The zoo reads them beside the card."""
    (tmp_path / 'eval.txt').write_text('Loading: 100%\n{"names": {"mask_iou": 9.5}}\n')
    card.copy_logs(tmp_path, run, tmp_path / 'eval.txt')
    assert json.loads((tmp_path / 'logs/partclipseg_test.json').read_text()) == SCORES
    assert len((tmp_path / 'logs/partclipseg_train.json').read_text().splitlines()) == 5
    assert json.loads((tmp_path / 'logs/clipseg_evaluate.json').read_text()) == {'names': {'mask_iou': 9.5}}
    with pytest.raises(FileNotFoundError, match='holds no log of tools/test.py'):
        card.copy_logs(tmp_path, run / '1')
