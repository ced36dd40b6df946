"""A zoo of two configs, a finished run of one of them, and a stand-in of the hub."""
import json
from pathlib import Path

import pytest
import torch
import yaml
from mmengine.config import Config

from tests.hub import Hub
from tests.made_up_scores import log_test

ROOT = Path(__file__).parents[2]
CONFIG = '''# A tiny one
model = dict(backbone=dict(type='ResNet', depth=18), decode_head=dict(type='FCNHead'))
train_dataloader = dict(dataset=dict(type='PartShapesDataset', split='seen'))
test_dataloader = dict(dataset=dict(type='PartShapesDataset'))
effective_batch_size = 4
optim_wrapper = dict(optimizer=dict(lr=LR))
train_cfg = dict(max_iters=7)
'''


@pytest.fixture
def checkout(tmp_path):
    """A zoo of two configs that differ in the learning rate, none of them run."""
    root = tmp_path / 'checkout'
    (root / 'configs/fcn').mkdir(parents=True)
    (root / 'docs').mkdir()
    for name, lr in (('slow', '0.1'), ('fast', '0.2')):
        (root / f'configs/fcn/{name}.py').write_text(CONFIG.replace('LR', lr))
    content = yaml.safe_load((ROOT / 'configs/zoo.yml').read_text())
    content.update(families={'fcn': content['families']['fcn']}, card='card.json', runs={})
    (root / 'configs/zoo.yml').write_text(yaml.dump(content))
    (root / 'card.json').write_text('{"sha256": {}}')
    return root


@pytest.fixture
def run(tmp_path, checkout):
    """A work dir: trained, resumed once, tested."""
    folder = tmp_path / 'work' / 'fast'
    cfg = Config.fromfile(checkout / 'configs/fcn/fast.py')
    cfg.work_dir = str(folder)
    cfg.randomness = dict(seed=3)
    folder.mkdir(parents=True)
    cfg.dump(folder / 'fast.py')
    torch.save(dict(state_dict={'a.weight': torch.arange(6.).view(2, 3) / 3, 'a.steps': torch.tensor(5)},
                    optimizer=dict(state={}), meta=dict(dataset_meta=dict(classes=['b', 'c']))),
               folder / 'iter_7.pth')
    for start, steps in (('1', (1, 2, 3)), ('2', (3, 4, 7))):
        (folder / start / 'vis_data').mkdir(parents=True)
        (folder / start / 'vis_data' / 'scalars.json').write_text(
            ''.join(json.dumps(dict(loss=int(start), step=step)) + '\n' for step in steps) + '{"loss": 0')
    log_test(folder, cfg, folder / 'iter_7.pth')
    return folder


@pytest.fixture
def hub(tmp_path, monkeypatch):
    server = Hub()
    server.use(monkeypatch, tmp_path / 'cache')
    yield server
    server.shutdown()
    server.server_close()
