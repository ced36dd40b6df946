"""What a launcher sets becomes torch's environment, or an error that says what is missing."""
import os

import pytest
import torch
from mmengine.config import Config

from mmpartseg.engine import prepare_launch

SLURM = dict(SLURM_PROCID='5', SLURM_NTASKS='8', SLURM_LOCALID='1', SLURM_NODELIST='gpu[07-10]')


@pytest.fixture
def launch(monkeypatch):
    """The environment after a launch, without opening a process group."""
    opened = []
    monkeypatch.setattr(torch.distributed, 'init_process_group', opened.append)

    def launch(launcher, environment, **cfg):
        monkeypatch.setattr(os, 'environ', dict(environment))
        cfg = Config(cfg)
        prepare_launch(cfg, launcher)
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
        effective_batch_size=16, train_dataloader=dict(batch_size=16))
    assert (found['RANK'], found['WORLD_SIZE'], found['LOCAL_RANK']) == ('5', '8', '1')
    assert (found['MASTER_ADDR'], found['MASTER_PORT']) == ('gpu07', '29500')
    assert cfg.train_dataloader.batch_size == 2


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
