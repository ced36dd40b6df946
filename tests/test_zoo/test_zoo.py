"""The model zoo is what configs, cards and logs give, and nothing else."""
import hashlib
import importlib
import json
import shutil
import sys
from pathlib import Path

import pytest
import yaml

from mmpartseg.zoo import load_zoo, outdated, read_records, zoo_files

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / 'tools' / 'analysis'))
tool = importlib.import_module('zoo')
CONFIG = '''# {comment}
model = dict(backbone=dict(type='ResNet', depth=18), decode_head=dict(type='FCNHead'))
train_dataloader = dict(dataset=dict(type='{dataset}', split='seen'))
test_dataloader = dict(dataset=dict(type='ConcatDataset', datasets=[dict(type='{dataset}')] * 2))
effective_batch_size = 4
train_cfg = dict(max_iters=7)
'''
SCORES = {f'{protocol}/{key}': 10 * i + j + 0.125 for i, protocol in enumerate(('pred_all', 'oracle_obj'))
          for j, key in enumerate(('seen', 'unseen', 'harmonic', 'mIoU'), 1)}


@pytest.fixture
def checkout(tmp_path):
    """A zoo of one family: one config was run, the other waits for data."""
    family, card = tmp_path / 'configs' / 'fcn', tmp_path / 'data' / 'card.json'
    family.mkdir(parents=True)
    (tmp_path / 'configs' / '_base_').mkdir()
    (tmp_path / 'configs' / '_base_' / 'runtime.py').touch()
    (tmp_path / 'docs').mkdir()
    (family / 'drawn.py').write_text(CONFIG.format(comment='Tiny', dataset='PartShapesDataset'))
    (family / 'full.py').write_text(CONFIG.format(comment='A | b', dataset='PascalPart116Dataset'))
    content = yaml.safe_load((ROOT / 'configs' / 'zoo.yml').read_text())
    content.update(families={'fcn': content['families']['fcn']}, card='data/card.json', runs={
        'fcn/drawn': dict(weights='w.safetensors', test_log='test.json', hardware='a CPU')})
    (tmp_path / 'configs' / 'zoo.yml').write_text(yaml.dump(content))
    card.parent.mkdir()
    card.with_name('w.safetensors').write_bytes(b'weights')
    card.with_name('test.json').write_text(json.dumps(SCORES) + '\n')
    write_card(card)
    assert tool.main(['--root', str(tmp_path)]) == 0
    return tmp_path


def write_card(card):
    card.write_text(json.dumps(dict(sha256={
        name: hashlib.sha256(card.with_name(name).read_bytes()).hexdigest() for name in (
            'w.safetensors', 'test.json')})))


def test_page_and_entry(checkout):
    page = (checkout / 'configs/fcn/README.md').read_text()
    assert '| [drawn.py](drawn.py) | 1.12 / 2.12 / 3.12 | 11.12 / 12.12 / 13.12 | ResNet-18 | ' in page
    assert '| PartShapes | 7 × 4 | a CPU |' in page
    assert ('| A \\| b | FCNHead | ResNet-18 | Pascal-Part-116, seen | Pascal-Part-116 | 7 × 4 | '
            'waits for data |') in page
    assert '(../../data/w.safetensors)' in page and 'Fully Convolutional Networks' in page
    rows = (checkout / 'docs/results.csv').read_text().splitlines()
    assert rows[1].startswith('fcn_drawn,configs/fcn/drawn.py,FCNHead,ResNet-18,"PartShapes, seen",'
                              'PartShapes,7,4,run,')
    assert rows[2].endswith('waits for data,,,,,,,,')


def check(checkout, capsys):
    code = tool.main(['--root', str(checkout), '--check'])
    return code, capsys.readouterr().out


def test_check_finds_what_does_not_fit(checkout, capsys):
    assert check(checkout, capsys) == (0, 'the zoo is up to date\n')
    metafile = checkout / 'configs/fcn/metafile.yaml'
    good = metafile.read_text()
    metafile.write_text(good.replace('Unseen: 12.12', 'Unseen: 99.12'))  # no run printed that
    code, out = check(checkout, capsys)
    assert code == 1 and out.startswith('configs/fcn/metafile.yaml is outdated\n')
    metafile.write_text(good)
    (checkout / 'configs/gone').mkdir()
    metafile.rename(checkout / 'configs/gone/metafile.yaml')  # of a family that was taken out
    code, out = check(checkout, capsys)
    assert code == 1 and out.startswith('configs/gone/metafile.yaml is of no family\n')
    (checkout / 'configs/gone/metafile.yaml').rename(metafile)
    shutil.copy(checkout / 'configs/fcn/full.py', checkout / 'configs/fcn/new.py')
    code, out = check(checkout, capsys)
    assert code == 1 and 'configs/fcn/README.md is outdated' in out and 'docs/results.csv is outdated' in out


@pytest.mark.parametrize('name', ['w.safetensors', 'test.json'])
def test_a_hash_that_does_not_fit(checkout, name):
    with (checkout / 'data' / name).open('a') as file:
        file.write(' ')
    with pytest.raises(ValueError, match=rf'{name} has SHA-256 \w+, but .*card.json states \w+'):
        outdated(checkout)


def test_files_that_are_missing(checkout):
    (checkout / 'data/test.json').unlink()
    with pytest.raises(FileNotFoundError, match='test.json is missing'):
        outdated(checkout)


def test_a_log_without_scores(checkout):
    (checkout / 'data/test.json').write_text('{"loss": 1}\n{"loss": 2}\n')
    write_card(checkout / 'data/card.json')
    with pytest.raises(ValueError, match='test.json holds no scores'):
        outdated(checkout)


def test_configs_that_the_zoo_does_not_know(checkout):
    config = checkout / 'configs/fcn/full.py'
    text = config.read_text()
    config.write_text(text.replace('PascalPart116Dataset', 'NewDataset'))
    with pytest.raises(ValueError, match=r"configs/fcn/full.py: .*lacks \['NewDataset'\]"):
        outdated(checkout)
    config.write_text(text.replace("'PascalPart116Dataset'", "'PartSegDataset', data_root='data/mine'"))
    with pytest.raises(ValueError, match=r"configs/fcn/full.py: .*lacks \['PartSegDataset of data/mine'\]"):
        outdated(checkout)
    config.write_text(text.split('\n', 1)[1])
    with pytest.raises(ValueError, match='full.py does not begin with a comment that says what it is for'):
        outdated(checkout)
    (checkout / 'configs/fcn/deep').mkdir()
    shutil.copy(checkout / 'configs/fcn/drawn.py', checkout / 'configs/fcn/deep/drawn.py')
    with pytest.raises(ValueError, match=r'deep/drawn.py lies where the zoo does not look; a config is'):
        outdated(checkout)
    (checkout / 'configs/fcn/deep/drawn.py').rename(checkout / 'configs/loose.py')
    with pytest.raises(ValueError, match='loose.py lies where the zoo does not look'):
        outdated(checkout)
    (checkout / 'configs/loose.py').unlink()
    (checkout / 'configs/other').mkdir()
    config.rename(checkout / 'configs/other/full.py')
    with pytest.raises(ValueError, match='configs/other holds configs, but .* does not have it'):
        load_zoo(checkout)


@pytest.mark.parametrize('old, message', [
    ('docs:', "the family 'fcn' lacks docs; an entry states name, paper, code, file, summary, docs"),
    ('venue:', "the paper of family 'fcn' lacks venue"),
    ('script:', "the data set 'ADE20KPart234Dataset' lacks")])
def test_an_entry_of_a_fork_that_lacks_something(checkout, old, message):
    path = checkout / 'configs/zoo.yml'
    path.write_text(path.read_text().replace(old, 'other:', 1))
    with pytest.raises(ValueError, match=message):
        outdated(checkout)


def published(checkout, **changes):
    folder = checkout / 'configs/fcn/runs/full'
    folder.mkdir(parents=True)
    (folder / 'train_log.json').write_text('{"loss": 1, "step": 7}\n')
    (folder / 'test_log.json').write_text(json.dumps(SCORES) + '\n')
    sha256 = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in (
        'train_log.json', 'test_log.json')}
    run = dict(config='configs/fcn/full.py', weights='model.safetensors', published='hf://owner/name',
               hardware='8 GPUs', sha256={**sha256, 'model.safetensors': 'f' * 64})
    (folder / 'run.json').write_text(json.dumps({**run, **changes}))


def test_a_published_run(checkout):
    published(checkout)
    record = read_records(load_zoo(checkout))['configs/fcn/full.py']
    assert (record.weights, record.sha256, record.scores) == ('hf://owner/name', 'f' * 64, SCORES)
    page = zoo_files(load_zoo(checkout))['configs/fcn/README.md']
    assert record.url == 'https://huggingface.co/owner/name/resolve/main/model.safetensors'
    assert '| fcn_full | `hf://owner/name` |' in page and '[training](runs/full/train_log.json)' in page
    assert 'Configs without weights' not in page


@pytest.mark.parametrize('changes, message', [
    (dict(config='configs/fcn/drawn.py'), 'two runs of configs/fcn/drawn.py'),
    (dict(config='configs/fcn/none.py'), 'a run of configs/fcn/none.py, which is not there'),
    (dict(published=''), "'published' is ''; expected hf://owner/name"),
    (dict(sha256={}), r'train_log.json has SHA-256 \w+, but .*run.json states None')])
def test_published_runs_that_do_not_fit(checkout, changes, message):
    published(checkout, **changes)
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        read_records(load_zoo(checkout))
