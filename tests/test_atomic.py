"""Files are on the disk before they take the place of others."""
import os
import resource
import signal

import pytest

from mmpartseg.atomic import naming_folder, put_in_place, write_atomic
from tests.runs import in_child


def test_what_is_written_is_flushed_first(tmp_path, monkeypatch):
    path, events = tmp_path / 'folder' / 'file', []
    sync, replace = os.fsync, os.replace

    def note_sync(handle):
        target = os.readlink(f'/proc/self/fd/{handle}')
        events.append('folder' if target == str(path.parent) else open(target, 'rb').read())
        sync(handle)
    monkeypatch.setattr(os, 'fsync', note_sync)
    monkeypatch.setattr(os, 'replace', lambda *names: events.append('replaced') or replace(*names))
    write_atomic(path, b'content')
    assert events == [b'content', 'replaced', 'folder'] and path.read_bytes() == b'content'
    assert os.listdir(path.parent) == ['file']


def test_a_full_disk(tmp_path):
    """The file is named, the old one is still there, and nothing is left of the new one."""
    path = tmp_path / 'iter_4.pth'
    path.write_bytes(b'old')

    def written():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        with pytest.raises(OSError, match=r'cannot be written: File too large.*iter_4.pth'):
            write_atomic(path, b'x' * 2000)
    assert in_child(written) == [0]
    assert os.listdir(tmp_path) == ['iter_4.pth'] and path.read_bytes() == b'old'


def test_a_full_disk_where_others_write(tmp_path):
    """mmengine its logs, say: nothing says which file it was."""
    def written():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        with pytest.raises(OSError, match=rf"cannot be written: File too large: 'a file in {tmp_path}'"):
            with naming_folder(tmp_path), (tmp_path / 'scalars.json').open('a') as file:
                file.write('x' * 2000)
    assert in_child(written) == [0]
    with pytest.raises(FileNotFoundError, match="No such file or directory: 'gone'"), naming_folder(tmp_path):
        open('gone')


def test_what_is_put_in_place_is_flushed_first(tmp_path, monkeypatch):
    events, sync, replace = [], os.fsync, os.replace
    monkeypatch.setattr(os, 'fsync', lambda handle: events.append(
        os.path.basename(os.readlink(f'/proc/self/fd/{handle}'))) or sync(handle))
    monkeypatch.setattr(os, 'replace', lambda *names: events.append('replaced') or replace(*names))
    (tmp_path / 'unfinished').write_bytes(b'content')
    put_in_place(tmp_path / 'unfinished', tmp_path / 'video.mp4')
    assert events == ['unfinished', 'replaced', tmp_path.name]
    assert (tmp_path / 'video.mp4').read_bytes() == b'content'
