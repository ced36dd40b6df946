"""Finished runs: what was trained, and its scores."""
import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
from mmengine.config import Config

from .counts_file import load_counts
from .report import TITLES, class_values, protocol_scores

COUNTS = 'counts.npz'


class Run(NamedTuple):
    """A work dir: its path, its decode head's config, scores by key.

    Keys are those of ``OpenVocabPartIoU`` and, if the run's counts were kept,
    ``<protocol>/class/<class name>``: IoU in percent.
    """
    path: Path
    decode_head: dict
    scores: dict


def find_runs(paths):
    """The finished runs in work dirs, or in folders that hold several.

    Args:
        paths (Sequence[str | Path]): searched with their subfolders.

    Returns:
        tuple[list[Run], list[Path]]: finished runs, each once, and the work dirs without scores.

    Raises:
        FileNotFoundError: no work dir at one of the paths.
    """
    folders = {}
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


def read_run(folder):
    """One work dir as a Run; None if it holds no final scores.

    The config is the one that mmengine dumped there last. Scores come from ``counts.npz`` if the
    metric's ``out_file`` put it there, else from the last test or the validation after the last
    iteration in mmengine's log.
    """
    folder = Path(folder)
    cfg = Config.fromfile(max(folder.glob('*.py'), key=modified))
    if (folder / COUNTS).is_file():
        scores = scores_of_counts(folder / COUNTS)
    else:
        scores = logged_scores(folder, cfg.get('train_cfg'))
    model = cfg.model.get('module', cfg.model)  # of a test with TTA
    return None if scores is None else Run(folder, model.decode_head.to_dict(), scores)


def scores_of_counts(path):
    """Scores of a counts file by key: the metric's, and the IoU of each class."""
    counts, taxonomy = load_counts(path)
    scores = {}
    for protocol in TITLES:
        if f'{protocol}/confusion' in counts:
            values = class_values(counts, protocol)
            means = protocol_scores(values, taxonomy.is_seen)
            scores.update({f'{protocol}/{key}': value for key, value in means.items()})
            scores.update({f'{protocol}/class/{name}': float(value)
                           for name, value in zip(taxonomy.object_parts, values['IoU'])})
    return scores


def logged_scores(folder, train_cfg):
    """The newest final scores in mmengine's JSON logs, None if there are none."""
    last = train_cfg.get('max_iters') if train_cfg else None
    for path in sorted([*folder.glob('*/*.json'), *folder.glob('*/vis_data/scalars.json')],
                       key=modified, reverse=True):
        entries = [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
        final = [entry for entry in entries if 'pred_all/mIoU' in entry
                 and entry.get('step', last) == last]  # a test has no step
        if final:
            return final[-1]
    return None


def modified(path):
    """Time of the last change, then the name, so that the order is total."""
    return path.stat().st_mtime_ns, str(path)


def mean_and_error(values):
    """Mean and its standard error (n - 1 in the variance); nan for the error of one value."""
    values = np.asarray(values, dtype=float)
    error = values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.nan
    return float(values.mean()), float(error)
