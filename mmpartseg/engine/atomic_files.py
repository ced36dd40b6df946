"""Checkpoint files that are complete or absent, whenever the process ends."""
import re
from pathlib import Path

from mmengine.fileio import LocalBackend, register_backend
from mmengine.runner import find_latest_checkpoint

from ..atomic import write_atomic
from ..checkpoints.torch_files import check_torch_file

UNFINISHED = ('.*.pth.*.tmp', '.last_checkpoint.*.tmp')  # what write_atomic leaves when it is killed


class AtomicLocalBackend(LocalBackend):
    """mmengine's local files, written under a temporary name and renamed: ``backend='atomic'``."""

    def put(self, obj, filepath):
        """Write bytes."""
        write_atomic(filepath, obj)

    def put_text(self, obj, filepath, encoding='utf-8'):
        """Write a text."""
        write_atomic(filepath, obj.encode(encoding))


register_backend('atomic', AtomicLocalBackend)


def remove_unfinished(folder):
    """Delete the files of a checkpoint write that was killed."""
    for pattern in UNFINISHED:
        for path in Path(folder).glob(pattern):
            path.unlink(missing_ok=True)


def latest_checkpoint(work_dir):
    """The checkpoint to go on from, or None where none was written.

    Args:
        work_dir (str | Path): of the run; it may have been moved since.

    Raises:
        FileNotFoundError: ``last_checkpoint`` names a file that is not there.
    """
    named = find_latest_checkpoint(str(work_dir))
    if named is None:
        return None
    found = next((p for p in (Path(named), Path(work_dir) / Path(named).name) if p.is_file()), None)
    if found is None:
        raise FileNotFoundError(f"{Path(work_dir) / 'last_checkpoint'} names {named!r}, which is not "
                                'there; write the name of an existing checkpoint into it, or remove '
                                'it to begin anew')
    return str(found)


def checkpoint_to_resume(work_dir):
    """The latest checkpoint that is whole, or None in a work dir without any.

    That is the one that ``last_checkpoint`` names; where this file or that checkpoint is missing or
    damaged, the newest other whose name ends with a number. A ``best_*.pth`` lacks what a run goes on with.

    Raises:
        FileNotFoundError: ``last_checkpoint`` names a file that is not there, and there is no other.
        ValueError: there are checkpoints, but none is whole.
    """
    others = list(Path(work_dir).glob('*.pth'))
    files = [path for path in others if re.search(r'\d+$', path.stem) and not path.name.startswith('best_')]
    files.sort(key=lambda path: (path.stat().st_mtime_ns, int(re.search(r'\d+$', path.stem)[0])))
    files.reverse()
    try:
        named = latest_checkpoint(work_dir)
    except FileNotFoundError:
        if not files:
            raise
        named = None
    for path in ([named] if named else []) + [path for path in files if str(path) != named]:
        if is_whole(path):
            return str(path)
    if others or named:
        raise ValueError(f'none of the checkpoints in {work_dir} is whole and holds what a run goes on with: '
                         f'{[path.name for path in others]}; remove them to begin anew')
    return None


def is_whole(path):
    """Whether every entry of a checkpoint has its checksum."""
    try:
        check_torch_file(str(path), vouched=False)
    except (ValueError, OSError):
        return False
    return True
