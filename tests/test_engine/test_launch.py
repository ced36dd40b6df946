"""What a launcher sets becomes torch's environment, or an error that says what is missing."""
import logging
import os
from types import SimpleNamespace

import pytest
import torch
from mmengine.config import Config
from torch.utils.data import DataLoader

from mmpartseg.engine import prepare_launch
from mmpartseg.engine.hooks import EffectiveBatchHook

SLURM = dict(SLURM_PROCID='5', SLURM_NTASKS='8', SLURM_LOCALID='1', SLURM_NODELIST='gpu[07-10]')


@pytest.fixture
def launch(monkeypatch):
    """The environment after a launch, without opening a process group."""
    opened = []
    monkeypatch.setattr(torch.distributed, 'init_process_group', opened.append)

    def launch(launcher, environment, training=True, **cfg):
        monkeypatch.setattr(os, 'environ', dict(environment))
        cfg = Config(cfg)
        prepare_launch(cfg, launcher, training)
        assert cfg.launcher == launcher
        if launcher != 'none' and not torch.cuda.is_available():
            assert opened.pop() == 'gloo' and cfg.model_wrapper_cfg.device_ids is None
        return os.environ, cfg
    return launch


def scontrol(folder, text):
    (folder / 'scontrol').write_text(f'#!/bin/sh\n{text}\n')
    (folder / 'scontrol').chmod(0o755)
    return dict(SLURM, PATH=f'{folder}:/bin:/usr/bin')


def test_slurm(launch, tmp_path):
    found, cfg = launch(
        'slurm', scontrol(tmp_path, '[ "$*" = "show hostnames gpu[07-10]" ] && echo gpu07; echo gpu08'),
        effective_batch_size=16, train_dataloader=dict())
    assert (found['RANK'], found['WORLD_SIZE'], found['LOCAL_RANK']) == ('5', '8', '1')
    assert (found['MASTER_ADDR'], found['MASTER_PORT']) == ('gpu07', '29500')
    assert cfg.train_dataloader.batch_size == 2


def test_a_batch_stated_twice(launch):
    stated = dict(effective_batch_size=16, train_dataloader=dict(batch_size=2))
    assert launch('slurm', {**SLURM, 'MASTER_ADDR': 'a'}, **stated)[1].train_dataloader.batch_size == 2
    with pytest.raises(ValueError, match=r'train_dataloader.batch_size=2 on 1 process contradicts '
                       r'effective_batch_size=16; state only effective_batch_size'):
        launch('none', {}, **stated)
    assert launch('none', {}, **dict(stated, effective_batch_size=None))[1].train_dataloader.batch_size == 2


def test_an_evaluation_is_free_of_the_training_batch(launch):
    cfg = launch('slurm', {**SLURM, 'MASTER_ADDR': 'a'}, training=False, effective_batch_size=3,
                 train_dataloader=dict(batch_size=5))[1]
    assert cfg.train_dataloader.batch_size == 5


@pytest.mark.parametrize('name', ['train', 'val', 'test'])
def test_no_workers_are_kept_where_there_are_none(name, launch):
    options = dict(num_workers=0, persistent_workers=True, prefetch_factor=4)
    loader = launch('none', {}, **{f'{name}_dataloader': options})[1][f'{name}_dataloader']
    assert len(list(DataLoader(range(3), **loader))) == 3  # torch refuses the options as they were
    options['num_workers'] = 2
    assert launch('none', {}, **{f'{name}_dataloader': options})[1][f'{name}_dataloader'] == options


def test_what_cublas_needs(launch):
    name = 'CUBLAS_WORKSPACE_CONFIG'
    assert launch('none', {}, randomness=dict(seed=1, deterministic=True))[0][name] == ':4096:8'
    chosen = {name: ':16:8'}
    assert launch('none', chosen, randomness=dict(deterministic=True))[0] == chosen
    assert name not in launch('none', {}, randomness=dict(seed=1))[0]


def test_the_batch_of_a_run_is_logged(tmp_path, caplog):
    def log_of(batch, **cfg):
        runner = SimpleNamespace(cfg=Config(cfg), logger=logging.getLogger('batch'),
                                 train_dataloader=DataLoader(range(9), batch_size=batch))
        caplog.clear()
        with caplog.at_level('INFO'):
            EffectiveBatchHook().before_train(runner)
        return [(record.levelname, record.getMessage()) for record in caplog.records]
    line = ('INFO', '3 images per iteration: train_dataloader.batch_size=3 on 1 process')
    assert log_of(3, effective_batch_size=3) == log_of(3) == [line]
    info, (level, text) = log_of(3, effective_batch_size=8)
    assert (info, level) == (line, 'WARNING') and 'that contradicts effective_batch_size=8: call' in text


@pytest.mark.parametrize('environment, first', [
    (dict(SLURM_NODELIST='alone'), 'alone'), (dict(SLURM_NODELIST='big,small'), 'big'),
    (dict(SLURM_STEP_NODELIST='b3', SLURM_NODELIST='b[1-3]'), 'b3'),  # the nodes of srun, not of the job
    (dict(MASTER_ADDR='10.0.0.1'), '10.0.0.1')])
def test_the_first_node_without_scontrol(environment, first, launch):
    assert launch('slurm', {**SLURM, **environment, 'PATH': ''})[0]['MASTER_ADDR'] == first


def test_the_settings_of_srun_count(launch):
    """A shell that once had other processes may still export their variables."""
    found, _ = launch('slurm', {**SLURM, 'SLURM_NODELIST': 'a', 'RANK': '0', 'WORLD_SIZE': '1',
                                'LOCAL_RANK': '0', 'MASTER_PORT': '30001'})
    assert (found['RANK'], found['WORLD_SIZE'], found['LOCAL_RANK']) == ('5', '8', '1')
    assert found['MASTER_PORT'] == '30001'


@pytest.mark.parametrize('text', ['exit 1', None])
def test_nodes_that_cannot_be_read(text, launch, tmp_path):
    environment = scontrol(tmp_path, text) if text else dict(SLURM, PATH=str(tmp_path))
    with pytest.raises(ValueError, match=r'which is the first of the nodes gpu\[07-10\].*set MASTER_ADDR'):
        launch('slurm', environment)


@pytest.mark.parametrize('launcher, environment, missing', [
    ('slurm', {}, "slurm_train.sh or srun started, and here ['SLURM_NTASKS', 'SLURM_PROCID'] is not set"),
    ('slurm', dict(SLURM_NTASKS='2'), "['SLURM_PROCID'] is not set; leave --launcher out"),
    ('pytorch', {}, "tools/dist_train.sh or torchrun started, and here ['WORLD_SIZE', 'RANK'] is not set")])
def test_processes_that_nobody_started(launcher, environment, missing, launch):
    with pytest.raises(ValueError) as error:
        launch(launcher, environment)
    assert missing in str(error.value)
