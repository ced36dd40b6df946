"""Schemes of published weights for ``load_from``."""
from pathlib import Path
from typing import Any

import huggingface_hub
import torch
from huggingface_hub import constants

from ..shipped import shipped_root, weights_path
from .catseg import catseg_to_mmpartseg
from .convert import to_mmpartseg
from .read import read_checkpoint, say_not_finite, state_dict_of
from .safe_schemes import safe_scheme
from .zsseg import zsseg_to_mmpartseg

WEIGHT_FILES = ('model.safetensors', 'pytorch_model.bin')


@safe_scheme('clipseg://')
def load_from_clipseg(filename: str, map_location: str | torch.device | None = 'cpu') -> dict[str, Any]:
    """A ``transformers`` CLIPSeg checkpoint: ``clipseg://<hub id>`` or ``clipseg://<folder>``.

    A folder may be one that ships with the package, ``data/miniature/clipseg``, wherever it is run. Hub ids
    are fetched with huggingface_hub, whose cache and offline variables hold.

    Raises:
        FileNotFoundError: neither such a folder, nor cached, nor reachable; says what to put where.
        ValueError: the file is damaged or not CLIPSeg's.
    """
    name = filename.removeprefix('clipseg://')
    folders = [folder for folder in (Path(name).expanduser(), shipped_root() / name) if folder.is_dir()]
    path = _in_folder(folders[0]) if folders else _from_hub(name)
    checkpoint = _converted(path, filename, map_location)
    checkpoint['meta']['train_dataset_meta'] = dict(classes=())  # it has learned phrases, no classes
    return checkpoint


@safe_scheme('partclipseg://')
def load_from_partclipseg(filename: str, map_location: str | torch.device | None = 'cpu') -> dict[str, Any]:
    """A released PartCLIPSeg file, or OV-PARTS' fine-tuned CLIPSeg: ``partclipseg://<file>``."""
    return _converted(filename.removeprefix('partclipseg://'), filename, map_location)


@safe_scheme('zsseg://')
def load_from_zsseg(filename: str, map_location: str | torch.device | None = 'cpu') -> dict[str, Any]:
    """A released ZSSeg+ model or prompt checkpoint, or a checkpoint of our stage 1: ``zsseg://<file>``."""
    return _converted(filename.removeprefix('zsseg://'), filename, map_location, zsseg_to_mmpartseg)


@safe_scheme('catseg://', 'partcatseg://')
def load_from_catseg(filename: str, map_location: str | torch.device | None = 'cpu') -> dict[str, Any]:
    """A released file of either CATSeg, or of PartCATSeg: ``catseg://<file>``, ``partcatseg://<file>``.

    The file may be the one that ships with the package, ``data/miniature/catseg.safetensors``, wherever it
    is run.

    Raises:
        FileNotFoundError: no such file.
        ValueError: the file is damaged or neither's.
    """
    path = weights_path(filename.split('://', 1)[1])
    return _converted(path, filename, map_location, catseg_to_mmpartseg)


def _converted(path, source, map_location, convert=to_mmpartseg):
    state = state_dict_of(read_checkpoint(path, map_location), path)
    say_not_finite(state, source)
    return dict(state_dict=convert(state, source), meta=dict(source=source))


def _in_folder(folder):
    for name in WEIGHT_FILES:
        path = Path(folder).expanduser() / name
        if path.is_file():
            return path
    raise FileNotFoundError(f'clipseg://{folder}: the folder has none of {WEIGHT_FILES}')


def _from_hub(repo):
    for name in WEIGHT_FILES:
        cached = huggingface_hub.try_to_load_from_cache(repo, name) if repo.count('/') == 1 else None
        if isinstance(cached, str):
            return cached
    reason = 'the hub is switched off (HF_HUB_OFFLINE)'
    if not constants.is_offline_mode() and repo.count('/') == 1:
        try:
            return _download(repo)
        except Exception as error:
            reason = str(error).splitlines()[0]
    raise FileNotFoundError(
        f'clipseg://{repo} is neither a folder nor in the cache of huggingface_hub, and could not be '
        f"fetched: {reason}. Put the repository's {WEIGHT_FILES[0]} or {WEIGHT_FILES[1]} into a "
        "folder and say 'clipseg://<that folder>' instead (load_from of a config, --checkpoint)")


def _download(repo):
    from huggingface_hub.errors import EntryNotFoundError
    try:
        return huggingface_hub.hf_hub_download(repo, WEIGHT_FILES[0])
    except EntryNotFoundError:
        return huggingface_hub.hf_hub_download(repo, WEIGHT_FILES[1])
