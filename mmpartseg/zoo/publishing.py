"""A finished run as a folder to publish: stripped and hashed weights, logs, config, card, ``run.json``."""
import json
from pathlib import Path
from typing import Any, NamedTuple

import huggingface_hub
import torch
from mmengine.config import Config

from ..atomic import write_atomic
from ..checkpoints import read_checkpoint, state_dict_of
from ..checkpoints.safetensors_files import safetensors_bytes
from ..evaluation.experiment import differences, experiment
from ..evaluation.runs import dumped_config, json_lines, modified, training_log
from .cards import card
from .metafiles import model_name
from .records import HUB, sha256_of
from .sources import Zoo

TRAIN_LOG, TEST_LOG, RUN = 'train_log.json', 'test_log.json', 'run.json'


class Finished(NamedTuple):
    """What a work dir of a finished run holds."""
    config: str  # of the zoo
    cfg: Config
    checkpoint: Path
    train_lines: list[dict[str, Any]]
    test_scores: dict[str, Any]


def read_finished(work_dir: str | Path, zoo: Zoo) -> Finished:
    """Read a work dir of ``tools/train.py``, with the log of ``tools/test.py`` in it or below it.

    Raises:
        FileNotFoundError: it holds no config, no checkpoint of the last iteration, or no test.
        ValueError: no config of the zoo has its settings; names what differs from the nearest.
    """
    folder = Path(work_dir)
    cfg = dumped_config(folder)
    if cfg is None:
        raise FileNotFoundError(f'{folder} holds no config; give a work dir of tools/train.py')
    last = folder / f'iter_{cfg.train_cfg.max_iters}.pth'
    if not last.is_file():
        raise FileNotFoundError(f'{folder} has no {last.name}, so the run is not finished; go on with '
                                'tools/train.py CONFIG --resume')
    scores = test_scores(folder)
    if scores is None:
        raise FileNotFoundError(f'no test of {last} was logged in {folder}; run tools/test.py CONFIG {last} '
                                f'--work-dir {folder}/test')
    return Finished(config_of(cfg, zoo), cfg, last, training_log(folder), scores)


def config_of(cfg: Config, zoo: Zoo) -> str:
    """The config of the zoo that a run was made with, by its settings.

    Raises:
        ValueError: there is none; names the nearest and what differs.
    """
    found, nearest = experiment(cfg), []
    for path in (path for paths in zoo.configs.values() for path in paths):
        changes = differences(found, experiment(Config.fromfile(path)))
        if not changes:
            return path.relative_to(zoo.root).as_posix()
        nearest.append((len(changes), path.relative_to(zoo.root).as_posix(), changes))
    _, name, changes = min(nearest)
    text = '; '.join(f'{key} is {run}, there {there}' for key, run, there in changes[:5])
    raise ValueError(f'no config of the zoo has the settings of this run. The nearest is {name}: {text}. '
                     'Ship a config with these settings first')


def test_scores(folder: Path) -> dict[str, Any] | None:
    """The scores of the newest test in a work dir or below it: a logged line without a step."""
    for path in sorted(folder.glob('**/*.json'), key=modified, reverse=True):
        for line in reversed(json_lines(path)):
            if 'step' not in line and any(key.endswith('pred_all/mIoU') for key in line):
                return line
    return None


def stripped(checkpoint: str | Path, half: bool = False) -> bytes:
    """The weights of a checkpoint alone, as the content of a ``.safetensors`` file with a checksum.

    Args:
        checkpoint: of ``tools/train.py``; read as tensors only.
        half: floating point weights in half precision.
    """
    state = state_dict_of(read_checkpoint(str(checkpoint)), checkpoint)
    tensors = {name: value.half() if half and value.is_floating_point() else value
               for name, value in state.items()}
    return safetensors_bytes({name: value.contiguous().clone() for name, value in tensors.items()})


def pack(run: Finished, out: str | Path, zoo: Zoo, hardware: str, half: bool = False) -> Path:
    """Write what is published of a run into a folder.

    Args:
        run: of :func:`read_finished`.
        out: the folder; must be empty or not there yet.
        zoo: the checkout.
        hardware: what it was trained on, for people.
        half: see :func:`stripped`.

    Returns:
        Path: the weights, named by their SHA-256.

    Raises:
        FileExistsError: the folder holds something.
    """
    out = Path(out)
    if out.exists() and any(out.iterdir()):
        raise FileExistsError(f'{out} is not empty; give another --out')
    write_atomic(out / 'weights', stripped(run.checkpoint, half))
    digest = sha256_of(out / 'weights')
    weights = (out / 'weights').rename(out / f'{model_name(run.config)}-{digest[:8]}.safetensors')
    write_atomic(out / TRAIN_LOG, ''.join(json.dumps(line) + '\n' for line in run.train_lines).encode())
    write_atomic(out / TEST_LOG, (json.dumps(run.test_scores) + '\n').encode())
    cfg = Config({key: value for key, value in run.cfg.items() if key not in ('work_dir', 'resume')})
    write_atomic(out / 'config.py', cfg.pretty_text.encode())
    content = dict(config=run.config, weights=weights.name, hardware=hardware, torch=torch.__version__,
                   classes=_classes(run.checkpoint), published='',
                   sha256={path.name: sha256_of(path) for path in sorted(out.iterdir())})
    write_atomic(out / RUN, (json.dumps(content, indent=2) + '\n').encode())
    write_atomic(out / 'README.md', card(run.config, content, run.test_scores, zoo).encode())
    return weights


def _classes(checkpoint: Path) -> list[str] | None:
    meta = read_checkpoint(str(checkpoint)).get('meta') or {}
    classes = (meta.get('dataset_meta') or {}).get('classes')
    return list(classes) if classes else None


def push(folder: str | Path, repo: str, zoo: Zoo, private: bool = False) -> str:
    """Push a folder of :func:`pack` to the Hugging Face hub, with the token of ``hf auth login``.

    Returns:
        str: ``hf://owner/name``.
    """
    folder, api = Path(folder), huggingface_hub.HfApi()
    content = json.loads((folder / RUN).read_text())
    content['published'] = HUB + repo
    write_atomic(folder / RUN, (json.dumps(content, indent=2) + '\n').encode())
    scores = json.loads((folder / TEST_LOG).read_text())
    write_atomic(folder / 'README.md', card(content['config'], content, scores, zoo).encode())
    api.create_repo(repo, private=private, exist_ok=True)
    api.upload_folder(repo_id=repo, folder_path=folder, commit_message=f'{content["config"]} of mmpartseg')
    return HUB + repo


def enter(folder: str | Path, zoo: Zoo) -> Path:
    """Put a published run into the zoo: ``run.json`` and logs to ``configs/<family>/runs/<name>``.

    Returns:
        Path: that folder. ``tools/analysis/zoo.py`` then writes the entry.
    """
    folder = Path(folder)
    config = Path(json.loads((folder / RUN).read_text())['config'])
    target = zoo.root / config.parent / 'runs' / config.stem
    for name in (RUN, TRAIN_LOG, TEST_LOG):
        write_atomic(target / name, (folder / name).read_bytes())
    return target
