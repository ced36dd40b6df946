"""A run that is killed and resumed ends with the bits of the uninterrupted one."""
import os
import re
import shutil
import signal

import pytest
import torch
from mmengine.config import Config

from mmpartseg.engine import latest_checkpoint, prepare_resume
from tests.runs import assert_same, in_child, kill_in_rename, state_of, train, write_config

EVERYTHING = {
    'optim_wrapper.type': 'CPUAmpWrapper',
    'optim_wrapper.accumulative_counts': 3,  # some checkpoints lie between two steps
    'custom_hooks': [dict(type='TaxonomyCheckHook'), dict(type='NoiseHook'),
                     dict(type='EMAHook', momentum=0.3)]}
WORKERS = {f'train_dataloader.{key}': value for key, value in
           (('num_workers', 2), ('persistent_workers', True))}
KILLS = {
    'between two checkpoints': dict(moment='after_train_iter', call=3),
    'in a validation': dict(moment='after_val_iter', call=5),
    'in the last validation': dict(moment='after_val_iter', call=8),
    'after training': dict(moment='after_train')}


@pytest.fixture(scope='module')
def whole(tmp_path_factory):
    """The uninterrupted run: its config and its work dir."""
    folder = tmp_path_factory.mktemp('whole')
    config = write_config(folder, **EVERYTHING)
    assert in_child(train, config, folder / 'work') == [0]
    return config, folder / 'work'


def resume_and_compare(whole, work):
    config, uninterrupted = whole
    assert in_child(train, config, work, resume=True) == [0]
    assert_same(state_of(uninterrupted), state_of(work))
    assert not list(work.glob('.*.tmp'))
    assert {p.name for p in work.glob('*.pth')} == {p.name for p in uninterrupted.glob('*.pth')}


@pytest.mark.parametrize('kill', KILLS)
def test_killed_at_a_moment(kill, whole, tmp_path):
    hook = dict(type='KillHook', **KILLS[kill])
    assert in_child(train, whole[0], tmp_path, hooks=[hook]) == [-signal.SIGKILL]
    resume_and_compare(whole, tmp_path)


@pytest.mark.parametrize('call', [1, 2, 6])  # the first file, its mention, the file of step 4
def test_killed_in_a_write(call, whole, tmp_path):
    def killed():
        kill_in_rename(call)
        train(whole[0], tmp_path)
    assert in_child(killed) == [-signal.SIGKILL]
    unfinished = [p.name for p in tmp_path.glob('.*.tmp')]
    assert len(unfinished) == 1
    for path in tmp_path.glob('*.pth'):
        torch.load(path, weights_only=True)  # none is cut short
    resume_and_compare(whole, tmp_path)


def test_workers_and_two_processes(tmp_path):
    """The states of every process come back; workers draw their own random numbers."""
    config = write_config(tmp_path, **EVERYTHING, **WORKERS)
    port = str(27500 + os.getpid() % 1000)
    two = [dict(RANK=str(r), LOCAL_RANK=str(r), WORLD_SIZE='2', MASTER_ADDR='127.0.0.1',
                MASTER_PORT=port) for r in range(2)]

    def run(work, **options):
        return in_child(train, config, work, launcher='pytorch', environments=two, **options)
    assert run(tmp_path / 'whole') == [0, 0]
    stop = dict(type='KillHook', moment='after_train_iter', call=5)
    assert run(tmp_path / 'killed', hooks=[stop]) == [-signal.SIGKILL] * 2
    assert run(tmp_path / 'killed', resume=True) == [0, 0]
    assert_same(state_of(tmp_path / 'whole'), state_of(tmp_path / 'killed'))
    assert len(state_of(tmp_path / 'whole')['processes']) == 2


def test_nodes_that_do_not_share_the_work_dir(whole, tmp_path, capfd):
    shutil.copytree(whole[1], tmp_path / '0')

    def node():
        train(whole[0], tmp_path / os.environ['RANK'], resume=True, launcher='pytorch')
    port = str(23500 + os.getpid() % 1000)
    two = [dict(RANK=str(r), LOCAL_RANK=str(r), WORLD_SIZE='2', MASTER_ADDR='127.0.0.1',
                MASTER_PORT=port) for r in range(2)]
    assert in_child(node, environments=two) == [1, 1]
    assert re.search(r'begin at different iterations, \[6, 0\] by rank; the work dir .* must be the same '
                     'folder on all nodes', capfd.readouterr().err)


def test_the_seed_comes_from_the_checkpoint(whole, tmp_path):
    """Also where the config has none, or another."""
    config = Config.fromfile(whole[0])
    config.work_dir, config.randomness = str(whole[1]), dict(seed=None)
    prepare_resume(config)
    assert config.randomness.seed == 12345678 and config.load_from.endswith('iter_6.pth')
    assert config.resume


def test_a_work_dir_that_was_moved(tmp_path):
    (tmp_path / 'iter_4.pth').touch()
    (tmp_path / 'last_checkpoint').write_text('/elsewhere/iter_4.pth')
    assert latest_checkpoint(tmp_path) == str(tmp_path / 'iter_4.pth')
    (tmp_path / 'last_checkpoint').write_text('/elsewhere/iter_5.pth')
    with pytest.raises(FileNotFoundError, match="last_checkpoint names '/elsewhere/iter_5.pth'"):
        latest_checkpoint(tmp_path)
    (tmp_path / 'last_checkpoint').unlink()
    assert latest_checkpoint(tmp_path) is None


def test_one_checkpoint_is_always_there(tmp_path):
    """The outdated file goes only after its successor has come."""
    config = write_config(tmp_path, **{'default_hooks.checkpoint.max_keep_ckpts': 1})

    def killed():
        kill_in_rename(6)  # the file of step 4
        train(config, tmp_path / 'work')
    assert in_child(killed) == [-signal.SIGKILL]
    assert [p.name for p in (tmp_path / 'work').glob('iter*.pth')] == ['iter_2.pth']
