"""The files of requests: few, young, and gone at every kind of end."""
import os
import signal
import time
from pathlib import Path

import pytest

from mmpartseg.apis.request_files import (
    MOST_KEPT,
    PREFIX,
    SECONDS,
    files_of_request,
    folder_for_requests,
    remove_dead,
)
from tests.runs import in_child


def serve(parent, end):
    """A process that answers one request and comes to an end."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # as in a terminal
    with folder_for_requests(parent) as folder, files_of_request(folder) as own:
        (own / 'overlay.png').write_text('x')
        end()
        time.sleep(60)


def fail():
    raise RuntimeError('some error')


@pytest.mark.parametrize('end, code', [
    (fail, 1), (lambda: os.kill(os.getpid(), signal.SIGTERM), 143),
    (lambda: os.kill(os.getpid(), signal.SIGINT), 1),
    (lambda: os.kill(os.getpid(), signal.SIGKILL), -9)])
def test_every_kind_of_end(end, code, tmp_path):
    assert in_child(serve, tmp_path, end) == [code]
    left = list(tmp_path.glob(f'{PREFIX}*'))
    assert len(left) == (code == -9)  # without warning: at the next start
    with folder_for_requests(tmp_path) as folder:
        assert list(tmp_path.iterdir()) == [folder]
        remove_dead(tmp_path)  # by another one that starts
        assert folder.is_dir()
    assert not list(tmp_path.iterdir())


def test_few_and_young(tmp_path):
    for _ in range(MOST_KEPT + 5):
        with files_of_request(tmp_path) as own:
            (own / 'overlay.png').write_text('x')
    assert len(list(tmp_path.iterdir())) <= MOST_KEPT + 1
    for path in tmp_path.iterdir():
        os.utime(path, (time.time() - SECONDS - 1,) * 2)
    with files_of_request(tmp_path) as own:
        pass
    assert list(tmp_path.iterdir()) == [own]


def test_a_request_that_fails_leaves_nothing(tmp_path):
    with pytest.raises(OSError, match='full'), files_of_request(tmp_path) as own:
        Path(own / 'overlay.png').write_text('x')
        raise OSError('full')
    assert not list(tmp_path.iterdir())
