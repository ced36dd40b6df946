"""A run of a config and a data set of the user's own: published beside its config, not of the zoo."""
import hashlib
import importlib
import json
import math
import os
import re
import sys
from pathlib import Path

import pytest
from huggingface_hub import ModelCard
from mmengine.config import Config
from mmengine.runner import CheckpointLoader

from mmpartseg.zoo import load_zoo, outdated
from mmpartseg.zoo.finished import read_finished
from tests.made_up_scores import SCORES, log_test

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / 'tools' / 'analysis'))
publish = importlib.import_module('publish')
MINE = dict(type='PartSegDataset', data_root='/home/me/data/mine', data_prefix=dict(img_path='images'))


@pytest.fixture
def own(run):
    """The run, with a head and data of the user's own."""
    cfg = Config.fromfile(run / 'fast.py')
    cfg.train_dataloader.dataset, cfg.test_dataloader.dataset = dict(MINE, split='seen'), dict(MINE)
    cfg.model.decode_head.type = 'MyHead'
    (run / 'fast.py').unlink()
    cfg.dump(run / 'my model.py')
    (run / 'test/3/3.json').unlink()
    log_test(run, cfg, run / 'iter_7.pth', '4')
    return run


def test_it_is_published_beside_its_config(own, checkout, tmp_path, hub, monkeypatch):
    monkeypatch.setattr('mmpartseg.zoo.cards.SHOWN', 2)
    publish.main([str(own), '--out', str(tmp_path / 'out'), '--root', str(checkout), '--push', 'me/mine'])
    files = hub.repos['me/mine']
    weights, = (name for name in files if name.startswith('my-model-') and name.endswith('.safetensors'))
    run, text = json.loads(files['run.json']), files['README.md'].decode()
    assert (run['name'], run['config'], run['family']) == ('my-model', 'config.py', None)
    assert run['sha256'][weights] == hashlib.sha256(files[weights]).hexdigest()
    assert '# MyHead: my-model' in text and 'mine, seen: 7 iterations × 4 images' in text
    assert 'A config of its own, `config.py` beside this card; the nearest that ships is `configs/' in text
    assert re.search(r'`\. It differs in (`[\w.]+` .*? \(there .*?\)(, | and )){2}\d+ more\. A model', text)
    assert ('hf download me/mine config.py --local-dir .\n'
            'python tools/test.py config.py hf://me/mine\n') in text
    assert 'IoU in percent on mine, from' in text and 'bibtex' not in text and 'PartShapes' not in text
    results = ModelCard(text).data.eval_results  # as the hub reads them
    assert {each.dataset_name for each in results} == {'mine'} and len(results) == 8
    assert 'state_dict' in CheckpointLoader.load_checkpoint('hf://me/mine', 'cpu')


def test_it_does_not_enter_the_zoo(own, checkout, tmp_path, hub):
    """Said before anything is pushed."""
    with pytest.raises(ValueError, match=r'The nearest is configs/fcn/\w+.py: .*model.decode_head.type is '
                       r'"MyHead", there "FCNHead".*Ship a config .* first, or publish it without --zoo'):
        publish.main([str(own), '--out', str(tmp_path / 'out'), '--root', str(checkout), '--push', 'me/mine',
                      '--zoo'])
    assert hub.repos == {} and not (tmp_path / 'out').exists()


def test_another_learning_rate_is_of_the_family(run, checkout, tmp_path):
    text = (run / 'fast.py').read_text()
    assert '0.2' in text
    (run / 'fast.py').write_text(text.replace('0.2', '0.3'))
    found = read_finished(run, load_zoo(checkout))
    assert (found.config, found.family, found.name) == ('config.py', 'fcn', 'fast')
    assert [(key, ours) for key, ours, _ in found.changes] == [('optim_wrapper.optimizer.lr', '0.3')]
    publish.main([str(run), '--out', str(tmp_path / 'out'), '--root', str(checkout)])
    text = (tmp_path / 'out' / 'README.md').read_text()
    assert '/fast.py`. It differs in `optim_wrapper.optimizer.lr` 0.3 (there 0.2). A model' in text
    assert '# FCN: fast' in text and 'Fully Convolutional' in text and 'hf download' not in text


def test_a_run_that_ships_is_not_entered_twice(run, checkout, tmp_path, hub):
    """Said before anything is pushed, else the checkout would hold two runs of one config."""
    content, names = json.dumps(SCORES), ('w.safetensors', 'test.json')
    for name in names:
        (checkout / name).write_text(content)
    digest = hashlib.sha256(content.encode()).hexdigest()
    (checkout / 'card.json').write_text(json.dumps(dict(sha256=dict.fromkeys(names, digest))))
    zoo = checkout / 'configs/zoo.yml'
    zoo.write_text(zoo.read_text().replace('runs: {}', 'runs: {fcn/fast: {weights: w.safetensors, test_log: '
                                           'test.json, hardware: a CPU}}'))
    with pytest.raises(ValueError, match='a run of configs/fcn/fast.py ships with the code already: w.safe'):
        publish.main([str(run), '--out', str(tmp_path / 'out'), '--root', str(checkout), '--push', 'me/fast',
                      '--zoo'])
    assert hub.repos == {} and not (checkout / 'configs/fcn/runs').exists()


def test_the_test_of_the_published_checkpoint_counts(run, checkout):
    """Not a newer one of another checkpoint or with flips; but one of a copy of it."""
    cfg = Config.fromfile(run / 'fast.py')
    zoo = load_zoo(checkout)
    log_test(run, cfg, run / 'iter_3.pth', '5', dict(SCORES, **{'pred_all/mIoU': 99.}))
    log_test(run, cfg, run / 'iter_7.pth', '6', dict(SCORES, **{'pred_all/mIoU': 98.}),
             test_cfg=dict(fp16=True))
    assert read_finished(run, zoo).test_scores == SCORES
    os.link(run / 'iter_7.pth', run / 'finished.pth')
    log_test(run, cfg, 'before_it_moved/finished.pth', '7', dict(SCORES, **{'pred_all/mIoU': 97.}))
    assert read_finished(run, zoo).test_scores['pred_all/mIoU'] == 97


@pytest.mark.parametrize('scores, shown', [
    ({**SCORES, 'pred_all/unseen': math.nan, 'pred_all/harmonic': math.nan}, '| Pred-All mIoU | 4.12 |'),
    ({f'voc/{key}': value for key, value in SCORES.items()}, '| Oracle-Obj Unseen on voc | 12.12 |')])
def test_runs_whose_scores_are_others(run, checkout, tmp_path, hub, scores, shown):
    """No unseen class; a joint test. The entry has what there is."""
    (run / 'test/3/3.json').write_text(json.dumps(scores) + '\n')
    publish.main([str(run), '--out', str(tmp_path / 'out'), '--root', str(checkout), '--push', 'me/fast',
                  '--zoo'])
    assert shown in (tmp_path / 'out/README.md').read_text() and outdated(checkout) == []
    page = (checkout / 'configs/fcn/README.md').read_text()
    assert shown in page and 'nan' not in page
    assert 'nan' not in (checkout / 'configs/fcn/metafile.yaml').read_text()


def test_half_says_so(run, checkout, tmp_path, hub):
    publish.main([str(run), '--out', str(tmp_path / 'out'), '--half', '--root', str(checkout), '--push',
                  'me/fast', '--zoo'])
    page = (checkout / 'configs/fcn/README.md').read_text()
    assert f'| `hf://me/fast@{hub.commit("me/fast")}`, halved |' in page
    assert '\nHalved: in half precision; the scores are those of the weights before.\n' in page
    assert 'in half precision; the scores are those of the weights before |' in (
        tmp_path / 'out/README.md').read_text()
