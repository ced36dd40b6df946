"""A finished run: its config, its last checkpoint, its log, and the test of that checkpoint."""
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from mmengine.config import Config

from ..checkpoints.hashes import sha256_of
from ..evaluation.experiment import differences, experiment
from ..evaluation.runs import dumped_config, json_lines, modified, training_log
from .descriptions import head_of
from .metafiles import model_name
from .sources import Zoo

OWN = 'config.py'  # what a run's config is called in the folder that is published
TESTED = ('model', 'tta_model', 'test_dataloader', 'test_cfg', 'test_evaluator')  # what scores depend on


class Finished(NamedTuple):
    """What a work dir of a finished run holds.

    Attributes:
        name: of the model.
        config: of the zoo, or ``config.py`` for a config of the user's own.
        family: of the zoo, whose decode head it has; None for another head.
        nearest: config of the zoo, and ``changes``, what differs from it: none for one of the zoo.
    """
    name: str
    config: str
    family: str | None
    nearest: str
    changes: list[tuple[str, str, str]]
    cfg: Config
    checkpoint: Path
    train_lines: list[dict[str, Any]]
    test_scores: dict[str, Any]


def read_finished(work_dir: str | Path, zoo: Zoo) -> Finished:
    """Read a work dir of ``tools/train.py``, with the log of ``tools/test.py`` in it or below it.

    Raises:
        FileNotFoundError: it holds no config, no checkpoint of the last iteration, or no test of that one.
        ValueError: a training that is not counted in iterations.
    """
    folder = Path(work_dir)
    cfg = dumped_config(folder)
    if cfg is None:
        raise FileNotFoundError(f'{folder} holds no config; give a work dir of tools/train.py')
    steps = (cfg.get('train_cfg') or {}).get('max_iters')
    if steps is None:
        raise ValueError(f'train_cfg of the config in {folder} has no max_iters, so its last checkpoint is '
                         'not known; expected an IterBasedTrainLoop, as the shipped configs have')
    last = folder / f'iter_{steps}.pth'
    if not last.is_file():
        raise FileNotFoundError(f'{folder} has no {last.name}, so the run is not finished; go on with '
                                'tools/train.py CONFIG --resume')
    scores = test_of(folder, last, cfg)
    nearest, changes = closest(cfg, zoo)
    same_head = not changes or head_of(cfg.model) == head_of(Config.fromfile(zoo.root / nearest).model)
    name, config = (_own_name(folder), OWN) if changes else (model_name(nearest), nearest)
    family = Path(nearest).parent.name if same_head else None
    return Finished(name, config, family, nearest, changes, cfg, last, training_log(folder), scores)


def _own_name(folder: Path) -> str:
    """The name of the config that was dumped last, as a file name may be."""
    newest = max(folder.glob('*.py'), key=modified)
    return re.sub(r'[^\w.-]+', '-', newest.stem)


def closest(cfg: Config, zoo: Zoo) -> tuple[str, list[tuple[str, str, str]]]:
    """The config of the zoo with the fewest other settings than a run, and those, as of ``differences``."""
    found, nearest = experiment(cfg), []
    for path in (path for paths in zoo.configs.values() for path in paths):
        changes = differences(found, experiment(Config.fromfile(path)))
        nearest.append((len(changes), path.relative_to(zoo.root).as_posix(), changes))
        if not changes:
            break
    _, name, changes = min(nearest)
    return name, changes


def test_of(folder: Path, checkpoint: Path, trained: Config) -> dict[str, Any]:
    """The scores of the newest test of a checkpoint, with the model and the data of its training.

    Raises:
        FileNotFoundError: there is none; says what the tests there are of.
    """
    others = []
    for path, scores in logged_tests(folder):
        cfg = _config_of_log(path)
        if cfg is None:
            others.append(f'no config lies beside {path}')
            continue
        changes = [each for each in differences(experiment(cfg), experiment(trained))
                   if each[0].split('.')[0] in TESTED]
        if not _same_weights(cfg.get('load_from'), checkpoint):
            others.append(f'{path} is of {cfg.get("load_from")}')
        elif changes:
            key, there, here = changes[0]
            others.append(f'in {path} {key} is {there}, in the training {here}')
        else:
            return scores
    found = f' ({"; ".join(others[:3])})' if others else ''
    raise FileNotFoundError(f'no test of {checkpoint} was logged in {folder}{found}; run tools/test.py '
                            f'CONFIG {checkpoint} --work-dir {folder}/test')


def logged_tests(folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Log and scores of each test in a work dir or below it, newest first: logged lines without a step."""
    for path in sorted(folder.glob('**/*.json'), key=modified, reverse=True):
        for line in reversed(json_lines(path)):
            if 'step' not in line and any(key.endswith('/mIoU') for key in line):
                yield path, line


def _config_of_log(path: Path) -> Config | None:
    """The config of ``<work dir>/<start>/<start>.json``: mmengine dumps it there, and into the work dir."""
    beside = path.parent / 'vis_data' / 'config.py'
    return Config.fromfile(beside) if beside.is_file() else dumped_config(path.parent.parent)


def _same_weights(source: str | None, checkpoint: Path) -> bool:
    """Whether a test was of a checkpoint, by its name, or by its content for a copy, also one beside it."""
    if not source or Path(source).name == checkpoint.name:
        return bool(source)
    copies = [path for path in (Path(source), checkpoint.with_name(Path(source).name)) if path.is_file()]
    return bool(copies) and sha256_of(copies[0]) == sha256_of(checkpoint)
