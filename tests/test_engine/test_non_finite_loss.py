"""A loss that is not finite stops every process and leaves what reproduces it."""
import os
import random
import runpy
import sys

import numpy as np
import torch
from mmengine.dist import get_rank
from mmengine.hooks import Hook
from mmseg.registry import HOOKS

from mmpartseg.engine.random_states import get_random_states, set_random_states
from tests.runs import ROOT, in_child, train, write_config


@HOOKS.register_module()
class BreakImageHook(Hook):
    """One process gets an image of NaN in the third step."""

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        if runner.iter == 2 and get_rank() == 1:
            data_batch['inputs'][0] = torch.full(data_batch['inputs'][0].shape, float('nan'))


def test_every_process_stops(tmp_path, capfd, monkeypatch):
    config = write_config(tmp_path, **{'effective_batch_size': 4})
    port = str(26500 + os.getpid() % 1000)
    two = [dict(RANK=str(r), LOCAL_RANK=str(r), WORLD_SIZE='2', MASTER_ADDR='127.0.0.1',
                MASTER_PORT=port) for r in range(2)]
    assert in_child(train, config, tmp_path / 'work', launcher='pytorch', environments=two,
                    hooks=[dict(type='BreakImageHook')], text=True) == [1, 1]
    log = capfd.readouterr().err
    path = tmp_path / 'work/non_finite_loss/iter_3_rank_1.pth'
    assert list(path.parent.iterdir()) == [path]
    saved = torch.load(path, weights_only=True)
    images = [s['metainfo']['img_path'] for s in saved['data_samples']]
    assert len(images) == 2 and log.count(f'iteration 3, images {images}') == 2  # both processes
    assert log.count(f'replay_loss.py {path}') == 2
    assert "'decode.loss_part': nan" in log and ' not finite before' not in log
    assert saved['iteration'] == 3 and saved['optimizer']['state'] and saved['inputs'][0].isnan().all()

    monkeypatch.setattr(sys, 'argv', ['replay_loss.py', str(path)])
    runpy.run_path(str(ROOT / 'tools/analysis/replay_loss.py'), run_name='__main__')
    shown = capfd.readouterr().out
    assert images[0] in shown and 'loss_part: nan' in shown


def test_random_states():
    before = get_random_states()
    drawn = np.random.rand(), torch.rand(3).tolist(), random.random(), np.random.randn()
    set_random_states(before)
    assert drawn == (np.random.rand(), torch.rand(3).tolist(), random.random(),
                     np.random.randn())


def test_weights_that_were_broken_before(tmp_path, capfd):
    """An overflow of the step before is called by its name."""
    config = write_config(tmp_path)
    assert in_child(train, config, tmp_path / 'work', hooks=[dict(type='BreakWeightHook')]) == [1]
    log = capfd.readouterr().err
    assert '1 weight not finite before this step already, first decode_head.background' in log


@HOOKS.register_module()
class BreakWeightHook(Hook):
    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        runner.model.decode_head.background_embedding.data.fill_(float('inf'))
