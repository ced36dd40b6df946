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
from tests.tiny import ALL

EVERYTHING = {
    'optim_wrapper.type': 'CPUAmpWrapper',
    # in training mode the text encoder gets gradients, in the other it does not
    'model.decode_head.text_encoder.trainable': 'all',
    'optim_wrapper.accumulative_counts': 3,  # some checkpoints lie between two steps
    'custom_hooks': [dict(type='TaxonomyCheckHook'), dict(type='EffectiveBatchHook'), dict(type='NoiseHook'),
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


def test_killed_in_a_validation_without_ema(tmp_path):
    """EMA switches the mode back and forth by itself; without it nobody else does."""
    hooks = [hook for hook in EVERYTHING['custom_hooks'] if hook['type'] != 'EMAHook']
    config = write_config(tmp_path, **dict(EVERYTHING, custom_hooks=hooks))
    assert in_child(train, config, tmp_path / 'whole') == [0]
    kill = dict(type='KillHook', moment='after_val_iter', call=5)
    assert in_child(train, config, tmp_path / 'work', hooks=[kill]) == [-signal.SIGKILL]
    resume_and_compare((config, tmp_path / 'whole'), tmp_path / 'work')


def test_workers_and_two_processes(tmp_path):
    """The states of every process come back; workers draw their own random numbers.

    Killed twice: after a step, and in the validation that comes next.
    """
    config = write_config(tmp_path, **EVERYTHING, **WORKERS)
    port = str(27500 + os.getpid() % 1000)
    two = [dict(RANK=str(r), LOCAL_RANK=str(r), WORLD_SIZE='2', MASTER_ADDR='127.0.0.1',
                MASTER_PORT=port) for r in range(2)]

    def run(work, **options):
        return in_child(train, config, work, launcher='pytorch', environments=two, **options)
    assert run(tmp_path / 'whole') == [0, 0]
    stop = dict(type='KillHook', moment='after_train_iter', call=3)
    assert run(tmp_path / 'killed', hooks=[stop]) == [-signal.SIGKILL] * 2
    stop = dict(type='KillHook', moment='after_val_iter', call=1)
    assert run(tmp_path / 'killed', hooks=[stop], resume=True) == [-signal.SIGKILL] * 2
    assert latest_checkpoint(tmp_path / 'killed').endswith('iter_4.pth')
    assert run(tmp_path / 'killed', resume=True) == [0, 0]
    assert_same(state_of(tmp_path / 'whole'), state_of(tmp_path / 'killed'))
    assert len(state_of(tmp_path / 'whole')['processes']) == 2


@pytest.mark.parametrize('workers', [0, 2])
def test_batches_before_are_not_read(workers, tmp_path):
    """After 50 of 60 iterations a run reads what is left, and has the same bits at the end."""
    reads = tmp_path / 'reads'
    config = write_config(tmp_path, **EVERYTHING, **{
        'train_cfg.max_iters': 60, 'train_cfg.val_interval': 50, 'param_scheduler.0.end': 60,
        'default_hooks.checkpoint.interval': 50, 'train_dataloader.num_workers': workers,
        'train_dataloader.persistent_workers': workers > 0})
    cfg = Config.fromfile(config)
    cfg.train_dataloader.dataset.pipeline.insert(0, dict(type='NoteRead', path=str(reads)))
    cfg.dump(config)

    def count(work, **options):
        reads.write_text('')
        codes = in_child(train, config, work, **options)
        return codes, len(reads.read_text().splitlines())
    ahead = 2 * workers * 2  # batches that workers fetch before they are asked for them
    codes, found = count(tmp_path / 'whole')
    assert codes == [0] and 120 <= found <= 120 + 2 * ahead
    kill = dict(type='KillHook', moment='after_train_iter', call=53)
    assert count(tmp_path / 'killed', hooks=[kill])[0] == [-signal.SIGKILL]
    codes, found = count(tmp_path / 'killed', resume=True)
    assert codes == [0] and 20 <= found <= 20 + 3 * ahead
    assert_same(state_of(tmp_path / 'whole', 60), state_of(tmp_path / 'killed', 60))


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


@pytest.mark.parametrize('change, message', [
    ({'effective_batch_size': 4}, 'images per iteration was 2 and is 4'),
    ({'train_dataloader.dataset.indices': 3},
     'train_dataloader was PartSegDataset of 5 images and is PartSegDataset of 3 images'),
    ({'train_dataloader.dataset.data_root': 'other_names'},
     r'the SHA-256 of the names of its images was \w+ and is \w+')])
def test_a_run_goes_on_with_its_data(change, message, whole, tmp_path):
    work = tmp_path / 'work'
    shutil.copytree(whole[1], work)
    cfg = Config.fromfile(whole[0])
    cfg.merge_from_dict({**change, 'train_cfg.max_iters': 8})
    if 'other_names' in change.values():  # as many images, one of them another
        root = shutil.copytree(whole[0].parent / 'data', tmp_path / 'data')
        cfg.train_dataloader.dataset.data_root = str(root)
        for path in root.glob('*/4.png'):
            path.rename(path.with_stem('9'))
    cfg.dump(tmp_path / 'other.py')

    def resumed():
        with pytest.raises(ValueError, match=rf'a run cannot go on with other data: {message}.*\. Set them'):
            train(tmp_path / 'other.py', work, resume=True)
    assert in_child(resumed) == [0]


def test_a_run_goes_on_with_its_classes(whole, tmp_path):
    work = tmp_path / 'work'
    shutil.copytree(whole[1], work)
    cfg = Config.fromfile(whole[0])
    taxonomy = dict(object_parts=ALL[::-1], unseen_objects=['dog'])
    for loader in (cfg.train_dataloader, cfg.val_dataloader):
        loader.dataset.taxonomy = taxonomy
    seen = [name for name in taxonomy['object_parts'] if not name.startswith('dog')]
    cfg.model.decode_head.update(train_taxonomy=seen, test_taxonomy=taxonomy['object_parts'])
    cfg.train_cfg.max_iters = 8
    cfg.dump(tmp_path / 'other.py')

    def resumed():
        with pytest.raises(ValueError, match='the checkpoint to resume has 4 classes, the data set of '
                           'train_dataloader has 4; they first differ at class 0'):
            train(tmp_path / 'other.py', work, resume=True)
    assert in_child(resumed) == [0]
