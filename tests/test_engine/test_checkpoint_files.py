"""Which checkpoints of a run are there, and which one it goes on from."""
import os
import signal
from types import SimpleNamespace

import pytest
import torch
from mmengine.config import Config
from mmengine.dataset import InfiniteSampler
from mmengine.evaluator import Evaluator
from mmengine.runner.loops import _InfiniteDataloaderIterator

from mmpartseg.engine import prepare_resume
from mmpartseg.engine.hooks import ResumableCheckpointHook
from tests.runs import in_child, kill_in_rename, train, write_config

WHOLE = dict(meta=dict(seed=3, iter=4, epoch=0), state_dict=dict(weight=torch.rand(99)), optimizer={},
             message_hub={})


def write_checkpoint(path, time, damaged=False, content=WHOLE):
    torch.save(content, path)
    if damaged:
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    os.utime(path, (time, time))


def resumed_from(work_dir):
    cfg = Config(dict(work_dir=str(work_dir), load_from=None))
    prepare_resume(cfg)
    assert bool(cfg.get('resume')) == (cfg.load_from is not None)
    return cfg.load_from and os.path.basename(cfg.load_from)


def test_the_latest_checkpoint_that_is_whole(tmp_path):
    """A run never begins anew over checkpoints."""
    assert resumed_from(tmp_path) is None
    for step, damaged in ((2, False), (4, False), (10, False), (12, True)):
        write_checkpoint(tmp_path / f'iter_{step}.pth', 1e9 + step, damaged)
    write_checkpoint(tmp_path / 'best_mIoU_iter_20.pth', 2e9)
    assert resumed_from(tmp_path) == 'iter_10.pth'  # no last_checkpoint, the newest damaged
    for named, expected in (('iter_4.pth', 'iter_4.pth'), ('iter_12.pth', 'iter_10.pth'),
                            ('iter_11.pth', 'iter_10.pth')):
        (tmp_path / 'last_checkpoint').write_text(str(tmp_path / named))
        assert resumed_from(tmp_path) == expected
    (tmp_path / 'last_checkpoint').unlink()
    write_checkpoint(tmp_path / 'run_step_30.pth', 3e9)  # of another filename_tmpl
    assert resumed_from(tmp_path) == 'run_step_30.pth'
    for path in tmp_path.glob('*_*.pth'):
        write_checkpoint(path, 1e9, damaged='best' not in path.name)
    with pytest.raises(ValueError, match='none of the checkpoints in .* is whole and holds .*remove them '):
        resumed_from(tmp_path)
    for path in tmp_path.glob('*_*.pth'):
        if 'best' not in path.name:
            path.unlink()
    with pytest.raises(ValueError, match=r"holds what a run goes on with: \['best_mIoU_iter_20.pth'\]"):
        resumed_from(tmp_path)
    (tmp_path / 'best_mIoU_iter_20.pth').unlink()
    (tmp_path / 'last_checkpoint').write_text('iter_11.pth')
    with pytest.raises(FileNotFoundError, match="names '.*iter_11.pth', which is not there"):
        resumed_from(tmp_path)


@pytest.mark.parametrize('content', [
    WHOLE['state_dict'], [1], dict(WHOLE, meta=5), dict(WHOLE, meta=dict(seed=3)),
    {key: value for key, value in WHOLE.items() if key != 'optimizer'}])
def test_a_checkpoint_that_lacks_what_a_run_goes_on_with(content, tmp_path, caplog):
    """Weights alone, say, under the name of a checkpoint: mmengine would begin with a new optimizer."""
    write_checkpoint(tmp_path / 'iter_4.pth', 2e9, content=content)
    with pytest.raises(ValueError, match='none of the checkpoints .*iter_4.pth has no .*; remove them'):
        resumed_from(tmp_path)
    write_checkpoint(tmp_path / 'iter_2.pth', 1e9)
    assert resumed_from(tmp_path) == 'iter_2.pth'


def test_schedules_are_needed_where_there_are_some(tmp_path):
    write_checkpoint(tmp_path / 'iter_2.pth', 1e9)
    cfg = Config(dict(work_dir=str(tmp_path), param_scheduler=[dict(type='PolyLR')]))
    with pytest.raises(ValueError, match=r"iter_2.pth has no \['param_schedulers'\]"):
        prepare_resume(cfg)


@pytest.mark.parametrize('note', [b'\xff\xfe\0bad', b'', b'x' * 9999, b'a\0b', b'http://host/file.pth', None])
def test_a_damaged_note_of_the_last_checkpoint(note, tmp_path):
    path = tmp_path / 'last_checkpoint'
    path.mkdir() if note is None else path.write_bytes(note)
    with pytest.raises(FileNotFoundError, match='last_checkpoint names .*, which is not there') as error:
        resumed_from(tmp_path)
    assert len(str(error.value)) < 20_500 and str(error.value).isprintable()
    write_checkpoint(tmp_path / 'iter_2.pth', 1e9)
    assert resumed_from(tmp_path) == 'iter_2.pth'


def test_a_copied_work_dir_goes_on_from_its_own_checkpoint(tmp_path):
    for name in ('first', 'copy'):
        (tmp_path / name).mkdir()
        write_checkpoint(tmp_path / name / 'iter_2.pth', 1e9)
    (tmp_path / 'copy/last_checkpoint').write_text(str(tmp_path / 'first/iter_2.pth'))
    cfg = Config(dict(work_dir=str(tmp_path / 'copy')))
    prepare_resume(cfg)
    assert cfg.load_from == str(tmp_path / 'copy/iter_2.pth')


def test_what_only_looks_like_a_checkpoint(tmp_path):
    write_checkpoint(tmp_path / 'iter_2.pth', 1e9)
    os.mkfifo(tmp_path / 'iter_4.pth')
    (tmp_path / 'iter_6.pth').symlink_to('nowhere')
    (tmp_path / 'iter_8.pth').mkdir()
    assert resumed_from(tmp_path) == 'iter_2.pth'


def test_escape_sequences_in_the_name_of_a_work_dir(tmp_path):
    work_dir = tmp_path / 'a\x1b[2J'
    work_dir.mkdir()
    write_checkpoint(work_dir / 'iter_2.pth', 1e9, damaged=True)
    with pytest.raises(ValueError, match=r'checkpoints in .*a\\x1b\[2J is whole') as error:
        resumed_from(work_dir)
    assert str(error.value).isprintable()


def test_the_old_best_stays_until_the_new_one_is_there(tmp_path, monkeypatch):
    config = write_config(tmp_path, **{'default_hooks.checkpoint.save_best': 'pred_all/num_best'})
    scores = iter([1., 2., 3.])

    def killed():
        evaluate = Evaluator.evaluate
        monkeypatch.setattr(Evaluator, 'evaluate', lambda self, size: dict(
            evaluate(self, size), **{'pred_all/num_best': next(scores)}))
        replace = os.replace

        def kill_at_second_best(source, target):
            if 'best_pred_all_num_best_iter_4' in str(target):
                os.kill(os.getpid(), signal.SIGKILL)
            replace(source, target)
        os.replace = kill_at_second_best
        train(config, tmp_path / 'work')
    assert in_child(killed) == [-signal.SIGKILL]
    assert [p.name for p in (tmp_path / 'work').glob('best_*.pth')] == ['best_pred_all_num_best_iter_2.pth']


def test_one_checkpoint_is_always_there(tmp_path):
    """The outdated file goes only after its successor has come."""
    config = write_config(tmp_path, **{'default_hooks.checkpoint.max_keep_ckpts': 1})

    def killed():
        kill_in_rename(6)  # the file of step 4
        train(config, tmp_path / 'work')
    assert in_child(killed) == [-signal.SIGKILL]
    assert [p.name for p in (tmp_path / 'work').glob('iter*.pth')] == ['iter_2.pth']


def test_an_outdated_checkpoint_goes_in_the_end(tmp_path):
    """Where the kill came between the new file and its removal, the resumed run removes it."""
    config = write_config(tmp_path, **{'default_hooks.checkpoint.max_keep_ckpts': 1})

    def killed():
        remove = os.remove

        def kill_at_checkpoint(path, *args, **kwargs):
            if str(path).endswith('.pth'):
                os.kill(os.getpid(), signal.SIGKILL)
            remove(path, *args, **kwargs)
        os.remove = kill_at_checkpoint
        train(config, tmp_path / 'work')
    assert in_child(killed) == [-signal.SIGKILL]
    assert {p.name for p in (tmp_path / 'work').glob('iter*.pth')} == {'iter_2.pth', 'iter_4.pth'}
    assert in_child(train, config, tmp_path / 'work', resume=True) == [0]
    assert [p.name for p in (tmp_path / 'work').glob('iter*.pth')] == ['iter_6.pth']


@pytest.mark.parametrize('asks', ['for each', 'for all at once', 'for none'])
def test_how_mmengine_leaves_batches_aside(asks, monkeypatch):
    """As 0.10.7 does, as its continuation does, and with its fast_forward_on_resume."""
    loader = torch.utils.data.DataLoader(range(8), sampler=InfiniteSampler(range(8), shuffle=False))
    loop = SimpleNamespace(dataloader=loader, iter=3, dataloader_iterator=_InfiniteDataloaderIterator(loader),
                           fast_forward_on_resume=asks == 'for none')
    hook, settled = ResumableCheckpointHook(), []
    hook.resumed = 'states'
    monkeypatch.setattr(hook, 'settle', settled.append)
    hook.before_train_epoch(SimpleNamespace(train_loop=loop))
    if asks == 'for all at once':
        loop.dataloader_iterator.skip_iter(3)
    for _ in range(3 * (asks == 'for each')):
        next(loop.dataloader_iterator)
    assert settled == [] and int(next(loop.dataloader_iterator)) == 3 and len(settled) == 1
