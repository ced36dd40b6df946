"""Checkpoint files that are complete or absent, whenever the process ends."""
import logging
import re
from pathlib import Path

from mmengine.fileio import LocalBackend, register_backend
from mmengine.logging import print_log

from ..atomic import write_atomic
from ..checkpoints import read_checkpoint
from ..checkpoints.torch_files import check_torch_file
from ..printable import printable

UNFINISHED = ('.*.pth.*.tmp', '.last_checkpoint.*.tmp')  # what write_atomic leaves when it is killed
NEEDED, META = ('state_dict', 'optimizer', 'message_hub'), ('seed', 'iter', 'epoch')  # of a run that goes on
NAME = 80  # bytes of a damaged note, for a message


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
        work_dir (str | Path): of the run; it may have been moved or copied since.

    Raises:
        FileNotFoundError: ``last_checkpoint`` names a file that is not there.
    """
    note = Path(work_dir) / 'last_checkpoint'
    if not note.exists():
        return None
    try:
        named = note.read_text(encoding='utf-8').strip()
        # what a copy says is of the folder that it was copied from
        found = next((p for p in (Path(work_dir) / Path(named).name, Path(named)) if p.is_file()), None)
    except (OSError, ValueError):  # damaged
        named, found = note.read_bytes()[:NAME] if note.is_file() else note, None
    if found is None:
        raise FileNotFoundError(f'{printable(note)} names {printable(named)!r}, which is not there; write '
                                'the name of an existing checkpoint into it, or remove it to begin anew')
    return str(found)


def checkpoint_to_resume(work_dir, needed=NEEDED):
    """The latest checkpoint that is whole, or None in a work dir without any.

    That is the one that ``last_checkpoint`` names; where this file or that checkpoint is missing or
    damaged, the newest other whose name ends with a number. A ``best_*.pth`` lacks what a run goes on with.

    Args:
        work_dir (str | Path): of the run.
        needed (Sequence[str]): keys that a checkpoint must have.

    Raises:
        FileNotFoundError: ``last_checkpoint`` names a file that is not there, and there is no other.
        ValueError: there are checkpoints, but none is whole.
    """
    others = [path for path in Path(work_dir).glob('*.pth') if path.is_file()]
    files = [path for path in others if re.search(r'\d+$', path.stem) and not path.name.startswith('best_')]
    files.sort(key=lambda path: (path.stat().st_mtime_ns, int(re.search(r'\d+$', path.stem)[0])))
    files.reverse()
    try:
        named = latest_checkpoint(work_dir)
    except FileNotFoundError:
        if not files:
            raise
        named = None
    problems = {}
    for path in ([named] if named else []) + [path for path in files if str(path) != named]:
        problem = problems[str(path)] = what_is_wrong(path, needed)
        if problem is None:
            _say_left_out(problems, path)
            return str(path)
    if others or named:
        raise ValueError(f'none of the checkpoints in {printable(work_dir)} is whole and holds what a run '
                         f'goes on with: {[path.name for path in others]}'
                         + ''.join(f'; {printable(problem)}' for problem in list(problems.values())[:1])
                         + '; remove them to begin anew')
    return None


def _say_left_out(problems, chosen):
    for problem in filter(None, problems.values()):
        print_log(f'{printable(problem)}; the run goes on from {printable(chosen)}', 'current',
                  logging.WARNING)


def what_is_wrong(path, needed=NEEDED):
    """Why a run cannot go on from a checkpoint, in words; None if it can.

    Args:
        path (str | Path): of the checkpoint, all of which is read.
        needed (Sequence[str]): keys that it must have, beside seed and step.
    """
    try:
        check_torch_file(str(path), vouched=False)  # a checksum inside, whatever a card says
        content = read_checkpoint(path)
    except (ValueError, OSError) as error:
        return str(error)
    meta = content.get('meta') if isinstance(content, dict) else None
    missing = [key for key in META if not isinstance(meta, dict) or key not in meta]
    missing += [key for key in needed if not isinstance(content, dict) or key not in content]
    return f'checkpoint {path} has no {missing}' if missing else None
