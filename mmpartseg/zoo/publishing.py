"""A finished run as a folder to publish: stripped and hashed weights, logs, config, card, ``run.json``."""
import json
from pathlib import Path

import huggingface_hub
import torch
from mmengine.config import Config

from ..atomic import write_atomic
from ..checkpoints import read_checkpoint, state_dict_of
from ..checkpoints.hashes import sha256_of
from ..checkpoints.safetensors_files import safetensors_bytes
from .cards import card
from .finished import OWN, Finished
from .records import HUB, read_records
from .sources import Zoo

TRAIN_LOG, TEST_LOG, RUN = 'train_log.json', 'test_log.json', 'run.json'


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
    weights = (out / 'weights').rename(out / f'{run.name}-{digest[:8]}.safetensors')
    write_atomic(out / TRAIN_LOG, ''.join(json.dumps(line) + '\n' for line in run.train_lines).encode())
    write_atomic(out / TEST_LOG, (json.dumps(run.test_scores) + '\n').encode())
    cfg = Config({key: value for key, value in run.cfg.items() if key not in ('work_dir', 'resume')})
    write_atomic(out / OWN, cfg.pretty_text.encode())
    content = dict(name=run.name, config=run.config, family=run.family, nearest=run.nearest,
                   changes=run.changes,
                   weights=weights.name, half=half, hardware=hardware, torch=torch.__version__,
                   classes=_classes(run.checkpoint), published='',
                   sha256={path.name: sha256_of(path) for path in sorted(out.iterdir())})
    write_atomic(out / RUN, (json.dumps(content, indent=2) + '\n').encode())
    write_atomic(out / 'README.md', card(out, content, zoo).encode())
    return weights


def _classes(checkpoint: Path) -> list[str] | None:
    meta = read_checkpoint(str(checkpoint)).get('meta') or {}
    classes = (meta.get('dataset_meta') or {}).get('classes')
    return list(classes) if classes else None


def push(folder: str | Path, repo: str, zoo: Zoo, private: bool = False) -> str:
    """Push a folder of :func:`pack` to the Hugging Face hub, with the token of ``hf auth login``.

    Returns:
        str: ``hf://owner/name@revision``, of what was pushed: a later push does not change it.
    """
    folder, api = Path(folder), huggingface_hub.HfApi()
    content = json.loads((folder / RUN).read_text())
    content['published'] = HUB + repo
    write_atomic(folder / RUN, (json.dumps(content, indent=2) + '\n').encode())
    write_atomic(folder / 'README.md', card(folder, content, zoo).encode())
    api.create_repo(repo, private=private, exist_ok=True)
    commit = api.upload_folder(repo_id=repo, folder_path=folder,
                               commit_message=f'{content["name"]} of mmpartseg')
    return f'{HUB}{repo}@{commit.oid}'


def check_entry(run: Finished, zoo: Zoo) -> None:
    """Whether a run may enter the zoo, before anything of it is pushed.

    Raises:
        ValueError: it has settings of its own, says which; or a run of its config ships with the code.
    """
    if run.changes:
        text = '; '.join(f'{key} is {ours}, there {there}' for key, ours, there in run.changes[:5])
        raise ValueError(f'no config of the zoo has the settings of this run. The nearest is {run.nearest}: '
                         f'{text}. Ship a config with these settings first, or publish it without --zoo')
    record = read_records(zoo).get(run.config)
    if record is not None and not record.weights.startswith(HUB):
        raise ValueError(f'a run of {run.config} ships with the code already: {record.weights}; replace that '
                         'one, or publish without --zoo')


def enter(folder: str | Path, published: str, zoo: Zoo) -> Path:
    """Put a published run into the zoo: ``run.json`` and logs to ``configs/<family>/runs/<name>``.

    Args:
        folder: of :func:`pack`.
        published: of :func:`push`.
        zoo: the checkout.

    Returns:
        Path: that folder. ``tools/analysis/zoo.py`` then writes the entry.
    """
    folder = Path(folder)
    content = json.loads((folder / RUN).read_text())
    config = Path(content['config'])
    target = zoo.root / config.parent / 'runs' / config.stem
    for name in (TRAIN_LOG, TEST_LOG):
        write_atomic(target / name, (folder / name).read_bytes())
    write_atomic(target / RUN, (json.dumps({**content, 'published': published}, indent=2) + '\n').encode())
    return target
