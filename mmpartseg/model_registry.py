"""Models by name: what they are, and where their weights lie. The list is ``configs/models.yml``."""
import difflib
import hashlib
import json
import os
import shutil
import tempfile
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import yaml

from .shipped import shipped_root
from .spelling import fold

DEFAULT, FALLBACK = 'clipseg', 'mini'
HUB_SCHEME = 'clipseg://'
HUB_PATIENCE, PATIENCE = 3, 60  # seconds for an answer: of the hub, of a server that was named


class PublishedModel(NamedTuple):
    """An entry of the list.

    Attributes:
        name, config (str): its name, and that of its config.
        weights (str, optional): a path or a scheme of ``load_from``; None where they are given once.
        sha256 (str, optional): of the file.
        trained_on (str, optional): the vocabulary of the training; None for weights that saw no parts.
        summary, scores, licence, source (str): for people.
        scheme (str): how a given file is read.
    """
    name: str
    config: str
    weights: str | None
    sha256: str | None
    trained_on: str | None
    summary: str
    scores: str
    licence: str
    source: str
    scheme: str = ''


def published_models():
    """dict[str, PublishedModel]: the list, by name."""
    root = shipped_root()
    entries = yaml.safe_load((root / 'configs' / 'models.yml').read_text(encoding='utf-8'))
    models = {name: PublishedModel(name, **entry) for name, entry in entries.items()}
    for name, model in models.items():
        if model.weights and '://' not in model.weights:
            path = root / model.weights
            stated = json.loads((path.parent / 'card.json').read_text())['sha256'][path.name]
            models[name] = model._replace(weights=str(path), sha256=stated)
    return models


def published_model(name):
    """An entry by its name, in any case; ValueError for another name, with those there are."""
    models = published_models()
    if fold(name) not in models:
        near = difflib.get_close_matches(fold(name), models, 1)
        raise ValueError(f"there is no model '{name}'; there are {list(models)}, see `mmpartseg models`"
                         + (f"; did you mean '{near[0]}'?" if near else ''))
    return models[fold(name)]


def default_model(say=print):
    """The model where none is named: CLIPSeg, or the miniature where the hub cannot be reached.

    Args:
        say (Callable): is told which one, and why.

    Returns:
        PublishedModel: the entry.
    """
    model = published_model(DEFAULT)
    reason = _why_not(model.weights.removeprefix(HUB_SCHEME))
    if reason is None:
        return model
    say(f"{reason}: the miniature answers, which has seen drawings alone. For photographs: --model {DEFAULT} "
        'where the hub can be reached, or weights of your own')
    return published_model(FALLBACK)


def _why_not(repository):
    """Why a repository of the hub cannot be read; None if it can."""
    import huggingface_hub
    from huggingface_hub import constants
    for name in ('model.safetensors', 'pytorch_model.bin'):
        if isinstance(huggingface_hub.try_to_load_from_cache(repository, name), str):
            return None
    if constants.is_offline_mode():
        return 'the hub is switched off (HF_HUB_OFFLINE)'
    try:  # as the hub's client goes: through a proxy, and to a mirror
        huggingface_hub.get_hf_file_metadata(f'{constants.ENDPOINT}/{repository}/resolve/main/config.json',
                                             timeout=HUB_PATIENCE)
    except Exception as error:  # of the network, of the hub
        return f'the hub cannot be reached ({(str(error).strip() or type(error).__name__).splitlines()[0]})'
    return None


def checkpoint_of(model, given=None, say=print):
    """What ``load_from`` takes for a model.

    Args:
        model (PublishedModel): the entry.
        given (str, optional): a path or http(s) URL of its released file. It is remembered, and a URL
            fetched, in the user's cache folder: once is enough.
        say (Callable): is told the file's SHA-256.

    Returns:
        str: the checkpoint.

    Raises:
        FileNotFoundError: no such file; a model whose file was never given, or that the hub does not give.
        ValueError: the file is not the one that the list states; a file for a model that has its own.
    """
    if model.weights is not None:
        return _known_weights(model, given)
    note = cache_folder() / f'{model.name}.path'
    if given is None and not note.is_file():
        raise FileNotFoundError(f"the weights of '{model.name}' are on {model.source}: give their file once, "
                                f'--model {model.name} --checkpoint PATH_OR_URL')
    if given is not None:
        path = _fetched(given, model.name) if '://' in given else Path(given).expanduser().resolve()
        if not path.is_file():
            raise FileNotFoundError(f"there is no file '{given}'")
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(str(path))
    path = note.read_text()
    if not os.path.isfile(path):
        raise FileNotFoundError(f"the weights of '{model.name}' were at '{path}' and are not there any more; "
                                f'give them again with --checkpoint')
    say(f'{model.name}: {path}, SHA-256 {sha256_of(path)}')
    return model.scheme + path


def _known_weights(model, given):
    """:func:`checkpoint_of` a model that has weights of its own."""
    scheme = HUB_SCHEME if model.weights.startswith(HUB_SCHEME) else ''
    own = f'--config {model.config} --checkpoint {scheme}{"FOLDER" if scheme else "FILE"}'
    if given is not None:
        raise ValueError(f"'{model.name}' has weights of its own; with others it is {own}, without --model")
    reason = _why_not(model.weights.removeprefix(scheme)) if scheme else None
    if reason is not None:
        raise FileNotFoundError(f'{reason}. Without it: put model.safetensors of {model.source} into a '
                                f'folder, and give {own} in place of --model {model.name}')
    if model.sha256 is not None:
        _check(model.weights, model.sha256)
    return model.weights


def cache_folder():
    """Where weights that were fetched lie: ``~/.cache/mmpartseg``, or below ``XDG_CACHE_HOME``."""
    return Path(os.environ.get('XDG_CACHE_HOME') or Path.home() / '.cache') / 'mmpartseg'


def sha256_of(path):
    """SHA-256 of a file, in hexadecimal."""
    with open(path, 'rb') as file:
        return hashlib.file_digest(file, 'sha256').hexdigest() if hasattr(hashlib, 'file_digest') else (
            hashlib.sha256(file.read()).hexdigest())


def _check(path, stated):
    if sha256_of(path) != stated:
        raise ValueError(f'{path} has SHA-256 {sha256_of(path)}, but {stated} is stated: another file')


def _fetched(url, name):
    """The file of an http(s) URL in the cache folder, whole or not at all."""
    if not url.lower().startswith(('http://', 'https://')):
        raise ValueError(f"'{url}' is neither a path nor an http(s) URL")
    try:
        target = cache_folder() / f'{name}-{Path(urlsplit(url).path).name or "weights.pth"}'
        target.parent.mkdir(parents=True, exist_ok=True)
        with (tempfile.TemporaryDirectory(dir=target.parent) as folder,
              urllib.request.urlopen(url, timeout=PATIENCE) as source):
            part = Path(folder) / target.name
            with part.open('wb') as file:
                shutil.copyfileobj(source, file)
            stated, found = source.headers['Content-Length'], part.stat().st_size
            chunked = source.headers['Transfer-Encoding'] is not None  # http.client itself sees its end
            if not chunked and (stated or '').isdigit() and int(stated) != found:
                raise OSError(f'{found} of {stated} bytes came')
            part.replace(target)
    except (OSError, HTTPException, ValueError) as error:  # of a URL that none can be
        raise FileNotFoundError(f"'{url}' cannot be fetched: {error}") from error
    return target
