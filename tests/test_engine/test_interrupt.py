"""Ctrl-C and SIGTERM end a run at once, with a line and an exit code."""
import os
import signal
import sys
import time

import pytest

from mmpartseg.engine import end_on_signals, where_to_go_on
from tests.runs import in_child, train, write_config


@pytest.mark.parametrize(('number', 'code'), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_ends_while_it_waits(number, code, capfd):
    def wait():
        end_on_signals(lambda: 'stopped here')
        os.kill(os.getpid(), number)
        time.sleep(60)
    start = time.monotonic()
    assert in_child(wait) == [code]
    assert time.monotonic() - start < 10
    assert capfd.readouterr().err == f'\n{number.name}: stopped here\n'


@pytest.mark.parametrize('closed', [False, True])
def test_ends_where_nothing_can_be_said(closed, capfd, tmp_path):
    """A checkpoint that was deleted by hand; a terminal that is gone."""
    (tmp_path / 'last_checkpoint').write_text('iter_4.pth')

    def wait():
        end_on_signals(lambda: where_to_go_on(tmp_path))
        if closed:
            sys.stderr.close()
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(60)
    start = time.monotonic()
    assert in_child(wait) == [130]
    assert time.monotonic() - start < 50
    assert closed or "last_checkpoint names 'iter_4.pth', which is not there" in capfd.readouterr().err


def test_children_keep_the_default():
    def wait():
        end_on_signals(lambda: 'never shown')
        ready, say = os.pipe()
        child = os.fork()
        if not child:
            os.write(say, b'.')
            time.sleep(60)
            os._exit(0)
        os.read(ready, 1)
        os.kill(child, signal.SIGTERM)
        assert os.waitpid(child, 0)[1] == signal.SIGTERM
        time.sleep(0.3)  # the signal of the child does not reach its parent
    assert in_child(wait) == [0]


def test_in_training(tmp_path, capfd):
    """With data workers; the checkpoint of the last interval is named and can be read."""
    config = write_config(tmp_path, **{'train_dataloader.num_workers': 2,
                                       'train_dataloader.persistent_workers': True})

    def interrupted():
        end_on_signals(lambda: where_to_go_on(tmp_path / 'work'))
        train(config, tmp_path / 'work', hooks=[
            dict(type='KillHook', moment='after_train_iter', call=3, signal='SIGINT')])
    assert in_child(interrupted) == [130]
    line = f"SIGINT: The last checkpoint is {tmp_path / 'work' / 'iter_2.pth'}; the same command"
    assert line in capfd.readouterr().err
    assert in_child(train, config, tmp_path / 'work', resume=True) == [0]


def test_before_any_checkpoint(tmp_path):
    assert where_to_go_on(tmp_path) == 'There is no checkpoint yet'
