"""Run a converter over its images in parallel and report what came out."""
import contextlib
import json
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from mmengine.utils import ProgressBar

from mmpartseg.atomic import remove_leftovers, write_atomic
from mmpartseg.compat import NotInstalled
from mmpartseg.datasets.label_files import read_label_map
from mmpartseg.printable import counted, printable

from .files import write_label_map
from .painting import ignore_value


class Conversion(NamedTuple):
    """What one job returns: the ids in the maps of one image, and how the maps came to be."""
    split: str
    object_ids: list
    part_ids: list
    is_new: bool
    warnings: list


def run_main(main: Callable[[], Any]) -> None:
    """End the program with exit code 0 or, if ``main`` returns problems, 1.

    An error in the user's data, or of the disk, or a package that is not installed, ends it with the
    error's text alone.
    """
    try:
        sys.exit(bool(main()))
    except (ValueError, OSError, NotInstalled) as error:
        sys.exit(f'\nerror: {printable(error)}')


def keep_or_paint(paths: Sequence[Path], shape: tuple[int, ...], dtypes: Sequence[type],
                  painter: Callable[[], Any], overwrite: bool) -> tuple[list[np.ndarray] | None, bool]:
    """The label maps at ``paths``: read if all are complete, else painted and written.

    Args:
        paths (Sequence[Path]): where the maps are stored.
        shape (tuple[int]): (H, W) of a complete map.
        dtypes (Sequence[type]): type of each complete map.
        painter (Callable): returns the maps in the order of ``paths``, or None for an image that
            is to be left out.
        overwrite (bool): paint in any case.

    Returns:
        tuple[list[ndarray] | None, bool]: the maps, and whether they were painted now.
    """
    if not overwrite and all(map(Path.is_file, paths)):
        # A damaged map is no error here: it is painted again.
        with contextlib.suppress(ValueError):
            maps = [read_label_map(path) for path in paths]
            if all(m.shape == shape and m.dtype == t for m, t in zip(maps, dtypes)):
                return maps, False
    maps = painter()
    if maps is None:
        return None, False
    for path, labels in zip(paths, maps, strict=True):
        write_label_map(path, labels)
    return maps, True


def present_ids(labels: np.ndarray) -> list[int]:
    """The ids in a label map, sorted, without the ignore value."""
    # Counting is an order of magnitude faster than the sorting of np.unique.
    return np.flatnonzero(np.bincount(labels.ravel())[:ignore_value(labels.dtype)]).tolist()


def run_jobs(function: Callable, jobs: Sequence, workers: int,
             executor: Callable[[int], Executor] = ProcessPoolExecutor) -> list:
    """Results of ``function`` over ``jobs`` in order, with a progress bar.

    After an error no further job starts, those under way end, and the error is raised. The bar
    goes to stderr, so that a log of stdout holds the report alone.
    """
    bar = ProgressBar(len(jobs), file=sys.stderr)
    results = []
    with contextlib.ExitStack() as stack:
        apply: Callable = map
        if workers > 1:
            apply = stack.enter_context(executor(workers)).map
        for result in apply(function, jobs):
            results.append(result)
            bar.update()
    sys.stderr.write('\n')
    return results


def count_images(results: Sequence[Any], metainfo: dict[str, Any]) -> dict[str, Any]:
    """Images per split, and in each split images per object and per class (names as keys)."""
    report = {}
    for split in dict.fromkeys(r.split for r in results):
        mine = [r for r in results if r.split == split]
        report[split] = {
            'images': len(mine),
            'objects': _count([r.object_ids for r in mine], metainfo['object_classes']),
            'classes': _count([r.part_ids for r in mine], metainfo['object_part_classes'])}
    return report


def finish(results: Sequence[Any], warnings: Sequence[str], metainfo: dict[str, Any],
           path: Path) -> dict[str, Any]:
    """Print the counts and every warning, store both as JSON at ``path``, and tidy its folder.

    Returns:
        dict: what is stored: ``splits`` (see :func:`count_images`) and ``warnings``.
    """
    warnings = [*warnings, *(text for r in results for text in r.warnings)]
    report: dict[str, Any] = {'splits': count_images(results, metainfo), 'warnings': warnings}
    write_atomic(path, (json.dumps(report, indent=1) + '\n').encode())
    remove_leftovers(path.parent)
    new = sum(r.is_new for r in results)
    print(f"{counted(new, 'image')} painted, {len(results) - new} kept that were complete")
    for split, counts in report['splits'].items():
        print(f"{split}: {counted(counts['images'], 'image')}")
        for kind in ('objects', 'classes'):
            shown = [f'{name} {n}' for name, n in counts[kind].items() if n]
            absent = [name for name, n in counts[kind].items() if not n]
            print(f'  images with each of {len(shown)} {kind}:', ', '.join(shown))
            print(f'  {len(absent)} {kind} in no image:', ', '.join(absent))
    print(counted(len(warnings), 'warning'), *map(printable, warnings), sep='\n  ')
    print(f'counts stored in {path}')
    return report


def _count(id_lists, names):
    ids = np.fromiter((i for ids in id_lists for i in ids), dtype=np.int64)
    return dict(zip(names, np.bincount(ids, minlength=len(names)).tolist()))
