"""One run at a time in a work dir."""
import fcntl
import os
from pathlib import Path

from ..printable import printable

LOCK = '.lock'
_held: list = []  # open as long as the process lives


def lock_work_dir(work_dir):
    """Keep other runs out of a work dir until this process ends, in whatever way.

    Only the first process of a run holds the lock. It is the operating system's, so that nothing is
    left of it when the process is dead; data workers do not inherit it.

    Args:
        work_dir (str | Path): is made when missing.

    Raises:
        ValueError: another run is in it; names its process.
    """
    if int(os.environ.get('RANK', os.environ.get('SLURM_PROCID', '0'))) != 0:
        return
    path = Path(work_dir) / LOCK
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open('a+')
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.seek(0)
        owner = file.read().strip() or 'unknown'
        file.close()
        raise ValueError(f'another run is in {printable(work_dir)} (process {printable(owner)}); wait '
                         'for its end, stop it, or give another --work-dir') from error
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    _held.append(file)
