"""Folders of drawn files: complete or absent, and reused when they hold what is asked for."""
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from mmengine.utils import track_parallel_progress

from mmpartseg.atomic import put_in_place


def create(out: Path, stamp_name: str, stamp: dict, fill: Callable[[Path], Any]) -> Any:
    """Draw a data set beside its final place and move it there once it is complete.

    Args:
        out (Path): the folder.
        stamp_name (str): file in it that tells what it holds.
        stamp (dict): that; a folder with the same stamp is reused.
        fill (Callable): called with a folder to write the files to.

    Returns:
        whatever ``fill`` returns; None where the folder was there.

    Raises:
        FileExistsError: ``out`` holds something else; it is left as it is.
    """
    if is_finished(out, stamp_name, stamp):
        print(f'reusing {out}')
        return None
    out.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f'.{out.name}.', dir=out.parent))
    try:
        result = fill(work)
        (work / stamp_name).write_text(json.dumps(stamp) + '\n')
        work.chmod(0o777 & ~_umask())
        put_in_place(work, out)
    except OSError:
        if not is_finished(out, stamp_name, stamp):
            raise
        print(f'reusing {out}, which another run has just finished')
        return None
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return result


def is_finished(out: Path, stamp_name: str, stamp: dict) -> bool:
    """Whether ``out`` already holds this very data set; FileExistsError if it holds something else."""
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return False
    found = (out / stamp_name).read_text().strip() if (out / stamp_name).is_file() else ''
    if found == json.dumps(stamp):
        return True
    what = f'the same of other options ({found})' if found else f'something without {stamp_name}'
    raise FileExistsError(f'{out} holds {what}; it is left as it is: choose another --out')


def in_parallel(write: Callable, tasks: Sequence, workers: int) -> list:
    """``[write(task) for task in tasks]`` in several processes, with a progress bar."""
    if not tasks:
        return []
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)  # OpenCV's thread pool does not survive the fork of the workers
    try:
        return track_parallel_progress(write, tasks, workers, chunksize=16, file=sys.stderr)
    finally:
        cv2.setNumThreads(threads)
        print(file=sys.stderr)


def write_png(path: str | Path, array: np.ndarray) -> None:
    """Write an RGB picture (H, W, 3) or a label map (H, W); OSError if it cannot be."""
    if not cv2.imwrite(str(path), array[..., ::-1] if array.ndim == 3 else array):
        raise OSError(f'could not write {path}')


def _umask():
    """The process's file creation mask (it can only be read by setting it)."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
