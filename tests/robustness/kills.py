"""Runs that are killed at every write, rename and delete, and at random moments; each is resumed."""
import os
import random
import signal
import time
from pathlib import Path

import mmengine

from mmpartseg.engine import prepare_resume
from tests.runs import assert_same, in_child, state_of, train, write_config
from tests.test_engine.test_resume import EVERYTHING

STEPS = 4  # two checkpoints, two validations; the first step of the optimizer lies between
OPTIONS = {'train_cfg.max_iters': STEPS, 'param_scheduler.0.end': STEPS,
           'default_hooks.checkpoint.max_keep_ckpts': 1, 'default_hooks.checkpoint.rule': 'greater',
           'default_hooks.checkpoint.save_best': 'pred_all/mIoU'}
WITHOUT_EMA = [hook for hook in EVERYTHING['custom_hooks'] if hook['type'] != 'EMAHook']
CALLS = ('replace', 'rename', 'remove', 'unlink', 'fsync')


class Operations:
    """Counts what a process writes, renames and deletes below a folder, and kills it at one of them.

    Args:
        folder (Path): the work dir.
        last (int, optional): the operation at which the process gets SIGKILL: before a rename or a
            delete, and in the middle of a write.
    """

    def __init__(self, folder, last=None):
        self.folder, self.last, self.count = str(folder), last, 0
        for name in CALLS:
            setattr(os, name, self.watched(getattr(os, name)))
        opened = Path.open
        Path.open = lambda path, mode='r', *args, **kwargs: (
            self.half(opened(path, mode, *args, **kwargs)) if 'w' in mode and self.inside(path)
            else opened(path, mode, *args, **kwargs))

    def inside(self, path):
        return isinstance(path, int) or str(path).startswith(self.folder)

    def step(self):
        self.count += 1
        if self.count == self.last:
            os.kill(os.getpid(), signal.SIGKILL)

    def watched(self, call):
        def counted(path, *args, **kwargs):
            if self.inside(path):
                self.step()
            return call(path, *args, **kwargs)
        return counted

    def half(self, file):
        """The file, whose writes come in two halves."""
        write = file.write

        class Half:
            def __enter__(_):
                file.__enter__()
                return _

            def __exit__(_, *args):
                return file.__exit__(*args)

            def __getattr__(_, name):
                return getattr(file, name)

            def write(_, data):
                write(data[:len(data) // 2])
                file.flush()
                self.step()
                return write(data[len(data) // 2:])
        return Half()


def run(config, work, resume=False, last=None, count_file=None):
    """What tools/train.py does, under watch, in a process of its own and without its log."""
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1), os.dup2(silence, 2)
    operations = Operations(work, last) if last or count_file else None
    if resume:
        cfg = mmengine.Config.fromfile(config)
        cfg.work_dir = str(work)
        prepare_resume(cfg)  # where --resume looks
        resume = bool(cfg.get('resume'))
    train(config, work, resume=resume)
    if count_file:
        count_file.write_text(str(operations.count))


class Killing:
    """The uninterrupted run, and what killed and resumed ones make of it.

    Args:
        folder (Path): everything is in it.
        ema (bool): with an average of the weights, whose swap a kill may catch.
    """

    def __init__(self, folder, ema):
        folder.mkdir(parents=True)
        options = dict(EVERYTHING, **OPTIONS)
        if not ema:
            options['custom_hooks'] = WITHOUT_EMA
        self.folder, self.config = folder, write_config(folder, **options)
        start = time.time()
        assert in_child(run, self.config, folder / 'whole', count_file=folder / 'count') == [0]
        self.seconds = time.time() - start
        self.operations = int((folder / 'count').read_text())
        self.expected = state_of(folder / 'whole', STEPS)

    def outcome(self, work):
        """Resume a killed run: ``'survived'`` with the same bits, else ``'lost'``."""
        if in_child(run, self.config, work, resume=True) != [0]:
            return 'lost'
        try:
            assert_same(self.expected, state_of(work, STEPS))
        except (AssertionError, OSError):
            return 'silent'
        left = [path for path in work.glob('.*.tmp')]
        same = {p.name for p in work.glob('*.pth')} == {p.name for p in (self.folder / 'whole').glob('*.pth')}
        return 'survived' if same and not left else 'lost'

    def at_operation(self, number):
        """Killed at one write, rename or delete."""
        work = self.folder / f'operation_{number}'
        assert in_child(run, self.config, work, last=number) == [-signal.SIGKILL]
        return self.outcome(work)

    def at_random(self, seed):
        """Killed at a random moment; twice in a row every other time."""
        work = self.folder / f'random_{seed}'
        rng = random.Random(seed)
        for attempt in range(1 + seed % 2):
            self.killed_after(rng.uniform(0, self.seconds), work, attempt > 0)
        return self.outcome(work)

    def killed_after(self, seconds, work, resume):
        child = os.fork()
        if not child:
            mmengine.Config.pretty_text = '# left out'
            run(self.config, work, resume)
            os._exit(0)
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
