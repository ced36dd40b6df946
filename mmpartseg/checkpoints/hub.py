"""``hf://owner/name``: a model that tools/analysis/publish.py pushed to the Hugging Face hub."""
import json
import re
from pathlib import Path
from typing import Any

import huggingface_hub

from ..printable import printable
from .hashes import sha256_of
from .read import read_checkpoint, say_not_finite, state_dict_of
from .safe_schemes import safe_scheme

SCHEME, RUN = 'hf://', 'run.json'


@safe_scheme(SCHEME)
def load_from_hub(filename: str, map_location: Any = 'cpu') -> dict[str, Any]:
    """A published model: ``hf://owner/name`` or ``hf://owner/name@revision``.

    Its ``run.json`` names the weights, their SHA-256 and the classes of a closed head. Files are fetched with
    huggingface_hub, whose cache, endpoint and offline variables hold, and are read as tensors only.

    Raises:
        FileNotFoundError: neither cached nor reachable; says why.
        ValueError: no such name, no model of publish.py, or weights with another SHA-256.
    """
    run_file = fetch(filename, RUN)
    try:
        run = json.loads(run_file.read_text(encoding='utf-8'))
    except (ValueError, RecursionError) as error:
        raise ValueError(f'{filename}: its {RUN} cannot be read ({printable(error)}); fetch it again (delete '
                         f'{printable(run_file)})') from error
    run = run if isinstance(run, dict) else {}
    hashes, weights = run.get('sha256'), run.get('weights')
    if not isinstance(hashes, dict) or not isinstance(weights, str) or weights not in hashes:
        raise ValueError(f'{filename}: its {RUN} names no weights with their SHA-256; it is not a model that '
                         'tools/analysis/publish.py made')
    path, stated = fetch(filename, weights), hashes[weights]
    found = sha256_of(path)
    if found != stated:
        raise ValueError(f'{filename}: {printable(weights)} has SHA-256 {found}, but {RUN} states {stated}; '
                         f'fetch it again (delete {path}), or do not trust it')
    state = state_dict_of(read_checkpoint(str(path), map_location), path)
    say_not_finite(state, filename)
    return dict(state_dict=state, meta=dict(source=filename, dataset_meta=dict(classes=run.get('classes'))))


def fetch(source: str, name: str) -> Path:
    """A file of ``hf://owner/name[@revision]`` on this machine.

    Raises:
        FileNotFoundError: neither cached nor reachable.
        ValueError: not of that form.
    """
    match = re.fullmatch(r'hf://([\w.-]+/[\w.-]+)(?:@([\w./-]+))?', source)
    if match is None:
        raise ValueError(f"'{printable(source)}' is no model of the hub; expected hf://owner/name or "
                         'hf://owner/name@revision')
    try:
        return Path(huggingface_hub.hf_hub_download(match[1], name, revision=match[2]))
    except Exception as error:  # of the network, of the hub, of the cache
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise FileNotFoundError(
            f'{source}: {name} is not in the cache of huggingface_hub and could not be fetched: {reason}. '
            'Check the name, the network and HF_HUB_OFFLINE, or download its files and give the path of the '
            'weights'
        ) from error
