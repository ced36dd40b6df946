"""The files of requests: few, young, and gone at every kind of end."""
import os
import signal
import time
from pathlib import Path

import pytest

from mmpartseg.apis import request_files
from mmpartseg.apis.request_files import (
    PREFIX,
    SECONDS,
    files_of_request,
    folder_for_requests,
    keep_present,
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


def test_few_and_young(tmp_path, monkeypatch):
    monkeypatch.setattr(request_files, 'MOST_KEPT', 3000)
    (tmp_path / 'example').mkdir()
    keep_present(tmp_path)
    made = []
    for i in range(8):
        with files_of_request(tmp_path) as own:
            (own / 'overlay.png').write_bytes(bytes(1000))
        os.utime(own, (time.time() - 8 + i,) * 2)
        made.append(own)
    assert set(tmp_path.iterdir()) == {tmp_path / 'example', *made[-4:]}  # as many as fit, and the latest
    for path in tmp_path.iterdir():
        os.utime(path, (time.time() - SECONDS - 1,) * 2)
    with files_of_request(tmp_path) as own:
        pass
    assert set(tmp_path.iterdir()) == {tmp_path / 'example', own}


def test_a_request_that_fails_leaves_nothing(tmp_path):
    with pytest.raises(OSError, match='full'), files_of_request(tmp_path) as own:
        Path(own / 'overlay.png').write_text('x')
        raise OSError('full')
    assert not list(tmp_path.iterdir())
