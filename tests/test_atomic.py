"""Files are on the disk before they take the place of others."""
import os

from mmpartseg.atomic import write_atomic


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
