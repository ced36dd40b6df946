"""mmengine's schemes for files elsewhere: fetched whole, then read like files that are here."""
import difflib
import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import torch
from mmengine.dist import barrier, get_rank
from mmengine.fileio import get_file_backend
from mmengine.runner import checkpoint as mmengine_checkpoint

from ..printable import printable
from .hashes import IN_NAME
from .local import load_from_local
from .safe_schemes import safe_scheme


@safe_scheme('http://', 'https://')
def load_from_http(filename: str, map_location: str | torch.device | None = 'cpu') -> dict[str, Any]:
    """A checkpoint by its URL; kept in torch's cache of downloads (``TORCH_HOME``).

    Raises:
        FileNotFoundError: not reachable.
        ValueError: as of :func:`read_checkpoint`; also a file whose name ends with the first digits of
            another SHA-256 than its own.
    """
    return load_from_local(fetched(filename), map_location)


@safe_scheme('modelzoo://', 'torchvision://')
def load_from_torchvision(filename: str, map_location: str | torch.device | None = 'cpu') -> dict[str, Any]:
    """Weights of torchvision, such as ``torchvision://resnet50``; errors as of :func:`load_from_http`."""
    return load_from_http(_url(filename, mmengine_checkpoint.get_torchvision_models()), map_location)


@safe_scheme('open-mmlab://', 'openmmlab://')
def load_from_openmmlab(filename: str, map_location: str | torch.device | None = 'cpu') -> dict[str, Any]:
    """Weights of mmengine's list, such as ``open-mmlab://resnet50_v1c``; see :func:`load_from_http`."""
    name = filename.split('://', 1)[1]
    name = mmengine_checkpoint.get_deprecated_model_names().get(name, name)
    url = _url(f'open-mmlab://{name}', mmengine_checkpoint.get_external_models())
    if url.startswith(('http://', 'https://')):
        return load_from_http(url, map_location)
    return load_from_local(os.path.join(mmengine_checkpoint._get_mmengine_home(), url), map_location)


@safe_scheme('mmcls://')
def load_from_mmcls(filename: str, map_location: str | torch.device | None = 'cpu') -> dict[str, Any]:
    """The backbone of a classifier of mmengine's list; errors as of :func:`load_from_http`."""
    checkpoint = load_from_http(_url(filename, mmengine_checkpoint.get_mmcls_models()), map_location)
    return mmengine_checkpoint._process_mmcls_checkpoint(checkpoint)


@safe_scheme(r'(\S+\:)?s3://', r'(\S+\:)?petrel://')
def load_from_ceph(filename: str, map_location: str | torch.device | None = 'cpu') -> dict[str, Any]:
    """A checkpoint in Ceph, through mmengine's Petrel backend.

    Raises:
        ImportError: no client for it.
        ValueError: as of :func:`read_checkpoint`.
    """
    content = get_file_backend(filename, backend_args=dict(backend='petrel')).get(filename)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / filename.rsplit('/', 1)[-1]
        path.write_bytes(content)
        return load_from_local(path, map_location)


@safe_scheme('pavi://')
def load_from_pavi(filename: str, map_location: str | torch.device | None = 'cpu') -> dict[str, Any]:
    """Refused: nobody outside can try it.

    Raises:
        ValueError: always.
    """
    raise ValueError(f'checkpoint {printable(filename)}: pavi:// is not supported; download the file and '
                     'give its path')


def fetched(url: str) -> Path:
    """The file of a URL in torch's cache, downloaded if it is not there; one process of a run does that.

    Raises:
        FileNotFoundError: not reachable.
    """
    name = os.path.basename(urlparse(url).path)
    folder = Path(torch.hub.get_dir()) / 'checkpoints'
    if not IN_NAME.search(name):  # other pages have a model_final.pth too
        folder = folder / hashlib.sha256(url.encode()).hexdigest()[:16]
    path, reason = folder / name, 'the first process of the run could not'
    for downloads in (get_rank() == 0, True):  # the second time for nodes that do not share the folder
        if downloads and not path.is_file():
            try:
                folder.mkdir(parents=True, exist_ok=True)
                torch.hub.download_url_to_file(url, str(path), progress=False)
            except OSError as error:
                reason = str(error)
        barrier()
    if not path.is_file():
        raise FileNotFoundError(f'{printable(url)} could not be fetched ({printable(reason)}). Download it '
                                f'where there is a network and give its path, or put it at {path}')
    return path


def _url(filename, urls):
    name = filename.split('://', 1)[1]
    if name not in urls:
        near = difflib.get_close_matches(name, urls, n=3)
        raise ValueError(f'there are no weights {printable(filename)}; the closest names are {near}')
    return urls[name]
