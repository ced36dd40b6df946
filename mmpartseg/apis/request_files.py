"""Files of the requests to a page: bounded while it runs, gone when it ends, in whatever way."""
import contextlib
import fcntl
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

PREFIX, LOCK = 'mmpartseg-page-', '.alive'
LASTING = '.lasting'  # in folders that stay as long as the page
SECONDS = 600  # that the downloads of a request are kept
MOST_KEPT = 2**31  # bytes of them, and of uploads: a hundred visitors wait at once with the largest


@contextlib.contextmanager
def folder_for_requests(parent: str | Path | None = None) -> Iterator[Path]:
    """A folder that is removed at the end: of the block, by an error, Ctrl-C or SIGTERM.

    What a process left that was killed without warning goes at the next start: a lock of the operating
    system tells the living from the dead.

    Args:
        parent (str | Path, optional): the folder in which it is made; that of ``tempfile`` by default.
    """
    remove_dead(parent)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    with (folder / LOCK).open('w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        main = threading.current_thread() is threading.main_thread()  # which alone may say what signals do
        before = signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number)) if main else None
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            if main:
                signal.signal(signal.SIGTERM, before)


def remove_dead(parent: str | Path | None = None) -> None:
    """Remove the folders of processes that are no more."""
    for folder in Path(parent or tempfile.gettempdir()).glob(f'{PREFIX}*'):
        try:
            with (folder / LOCK).open() as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:  # it lives, or belongs to somebody else
            continue


@contextlib.contextmanager
def files_of_request(folder: str | Path) -> Iterator[Path]:
    """A folder for the files of one request, removed at once if it fails.

    Those of older requests go when they are old, or too large together.

    Args:
        folder (str | Path): of :func:`folder_for_requests`.
    """
    sweep(folder)
    own = Path(tempfile.mkdtemp(dir=folder))
    try:
        yield own
    except BaseException:
        shutil.rmtree(own, ignore_errors=True)
        raise


def keep_present(folder: str | Path) -> None:
    """Let the folders that are there now, the page's own, stay as long as the page."""
    for path in Path(folder).iterdir():
        if path.is_dir():
            (path / LASTING).touch()


def sweep(folder: str | Path) -> None:
    """Remove what requests left in a folder that is older than ten minutes, or not among the latest 2 GiB."""
    now, kept, found = time.time(), 0, []
    for path in Path(folder).iterdir():
        with contextlib.suppress(OSError):
            if path.is_dir() and not (path / LASTING).exists():
                found.append((path.stat().st_mtime, path))
    for changed, path in sorted(found, reverse=True):
        with contextlib.suppress(OSError):  # another request removes it too
            kept += sum(file.stat().st_size for file in path.rglob('*'))
        if now - changed > SECONDS or kept > MOST_KEPT:
            shutil.rmtree(path, ignore_errors=True)
