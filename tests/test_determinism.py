"""Same seed, same machine, same result: the quickstart's first 50 steps, twice."""
import importlib

import torch
from mmengine.config import Config

from tests.runs import ROOT, in_child, train


def test_the_first_50_steps_of_the_quickstart(tmp_path, monkeypatch):
    data = tmp_path / 'part_shapes'
    monkeypatch.syspath_prepend(ROOT / 'tools/dataset_converters')
    importlib.import_module('part_shapes').main(
        ['--out', str(data), '--num-train', '60', '--num-val', '2', '--workers', '1'])
    cfg = Config.fromfile(ROOT / 'configs/partclipseg/part_shapes.py')
    for loader in (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader):
        loader.dataset.data_root = str(data)
    cfg.train_cfg.max_iters = 50
    cfg.dump(tmp_path / 'config.py')
    found = []
    for name in ('first', 'second'):
        assert in_child(train, tmp_path / 'config.py', tmp_path / name) == [0]
        found.append(torch.load(tmp_path / name / 'iter_50.pth', weights_only=True))
    first, second = (checkpoint['state_dict'] for checkpoint in found)
    assert first and all(torch.equal(first[name], second[name]) for name in first)
    curves = [checkpoint['message_hub']['log_scalars']['train/loss'].data[0] for checkpoint in found]
    assert len(curves[0]) == 50 and (curves[0] == curves[1]).all()
