"""Finished runs: what was trained, and its scores."""
import contextlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from mmengine.config import Config

from .counts_file import load_counts
from .experiment import experiment, kind
from .report import AVERAGES, TITLES, class_values, protocol_scores

COUNTS = 'counts.npz'


class Run(NamedTuple):
    """A work dir: its path, what was trained and tested, seed, scores by key.

    ``kind`` and ``experiment`` are those of the functions of these names. Keys of ``scores`` are those of
    ``OpenVocabPartIoU`` and, if the run's counts were kept, ``<protocol>/class/<class name>``: IoU
    in percent. ``seed`` is None where the config states none.
    """
    path: Path
    kind: str
    experiment: dict
    seed: int
    scores: dict


def find_runs(paths: Iterable[str | Path]) -> tuple[list[Run], list[Path]]:
    """The finished runs in work dirs, or in folders that hold several.

    Args:
        paths (Sequence[str | Path]): searched with their subfolders.

    Returns:
        tuple[list[Run], list[Path]]: finished runs, each once, and the work dirs without scores.

    Raises:
        FileNotFoundError: no work dir at one of the paths.
    """
    folders: dict[Path, Path] = {}
    for path in map(Path, paths):
        # mmengine's log of a run lies in a folder named after the same start time
        found = sorted({log.parents[1] for log in path.glob('**/*.log')
                        if log.stem == log.parent.name})
        if not found:
            raise FileNotFoundError(f"'{path}' holds no work dir of tools/train.py or test.py")
        folders.update((folder.resolve(), folder) for folder in found)
    read = {folder: read_run(folder) for folder in folders.values()}
    return ([run for run in read.values() if run is not None],
            [folder for folder, run in read.items() if run is None])


def read_run(folder: str | Path) -> Run | None:
    """One work dir as a Run; None if it holds no config or no final scores.

    The config is the one that mmengine dumped there last. Scores come from ``counts.npz`` if the
    metric's ``out_file`` put it there, else from the last test in mmengine's log or, where validation is
    on the test data, from that after the last iteration.
    """
    folder = Path(folder)
    cfg = dumped_config(folder)
    if cfg is None:
        return None
    scores = (scores_of_counts(folder / COUNTS) if (folder / COUNTS).is_file() else
              logged_scores(folder, cfg))
    if scores is None:
        return None
    return Run(folder, kind(cfg), experiment(cfg), cfg.get('randomness', {}).get('seed'), scores)


def dumped_config(folder: str | Path) -> Config | None:
    """The config that mmengine dumped last into a work dir; None where there is none."""
    configs = sorted(Path(folder).glob('*.py'), key=modified)
    return Config.fromfile(configs[-1]) if configs else None


def scores_of_counts(path: str | Path) -> dict[str, float]:
    """Scores of a counts file by key: the metric's, and the IoU of each class."""
    counts, taxonomy = load_counts(path)
    scores = {}
    for protocol in TITLES:
        if f'{protocol}/confusion' in counts:
            values = class_values(counts, protocol, AVERAGES)
            means = protocol_scores(values, taxonomy.is_seen)
            scores.update({f'{protocol}/{key}': value for key, value in means.items()})
            scores.update({f'{protocol}/class/{name}': float(value)
                           for name, value in zip(taxonomy.object_parts, values['IoU'])})
    return scores


def logged_scores(folder: Path, cfg: Config) -> dict[str, float] | None:
    """The newest final scores in mmengine's JSON logs, None if there are none."""
    last = cfg.train_cfg.get('max_iters') if cfg.get('train_cfg') else None
    of_test = [None]  # a test has no step
    if evaluated_on(cfg, 'val') == evaluated_on(cfg, 'test'):
        of_test.append(last)
    for path in sorted([*folder.glob('*/*.json'), *folder.glob('*/vis_data/scalars.json')],
                       key=modified, reverse=True):
        final = [entry for entry in json_lines(path) if 'pred_all/mIoU' in entry
                 and entry.get('step') in of_test]
        if final:
            return final[-1]
    return None


def evaluated_on(cfg: Config, loop: str) -> Any:
    """The data set of validation (``'val'``) or of the test."""
    loader = cfg.get(f'{loop}_dataloader') or {}
    return [each.get('dataset') for each in (loader if isinstance(loader, list) else [loader]) if each]


def last_scores(work_dir: str | Path) -> dict[str, float]:
    """The newest evaluation's metrics that mmengine wrote below ``work_dir``.

    Raises:
        FileNotFoundError: there is none.
    """
    for path in sorted(Path(work_dir).glob('*/*.json'), reverse=True):
        for line in reversed(path.read_text().splitlines()):
            scores = json.loads(line)
            if any(key.endswith('/mIoU') for key in scores):
                return scores
    raise FileNotFoundError(f'no evaluation found in {work_dir}; run tools/test.py with '
                            f'--work-dir {work_dir}')


def training_log(folder: str | Path) -> list[dict[str, Any]]:
    """What was logged in training, by step; of a resumed run, what was logged last.

    Returns:
        list[dict]: one for each logged step and each validation.
    """
    by_step = {}
    for path in sorted(Path(folder).glob('*/vis_data/scalars.json'), key=modified):
        for line in json_lines(path):
            if 'step' in line:
                by_step[line['step'], any(key.endswith('/mIoU') for key in line)] = line
    return [by_step[key] for key in sorted(by_step)]


def json_lines(path: Path) -> list[dict[str, Any]]:
    """The dictionaries in a file of JSON lines; lines that a kill cut off are left out."""
    entries = []
    for line in path.read_text().splitlines():
        with contextlib.suppress(ValueError):  # a line that a kill cut off
            entries.append(json.loads(line))
    return [entry for entry in entries if isinstance(entry, dict)]


def modified(path: Path) -> tuple[int, str]:
    """Time of the last change, then the name, so that the order is total."""
    return path.stat().st_mtime_ns, str(path)


def mean_and_error(values: Sequence[float] | np.ndarray) -> tuple[float, float]:
    """Mean and its standard error (n - 1 in the variance); nan for the error of one value."""
    values = np.asarray(values, dtype=float)
    error = values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.nan
    return float(values.mean()), float(error)
