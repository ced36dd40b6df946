"""timm's published weights: fetched as timm does, and read by our reader before timm sees them."""
import functools
from pathlib import Path
from typing import Any

import huggingface_hub
import torch
from torch import nn

from .. import on_demand
from ..printable import printable
from .npz_files import NPZ, check_npz
from .read import read_checkpoint
from .remote import fetched
from .safe_schemes import safe_scheme

ON_THE_HUB = ('model.safetensors', 'pytorch_model.bin')


@safe_scheme('timm://')
def load_from_timm(filename: str, map_location: str | torch.device | None = 'cpu') -> dict[str, Any]:
    """``timm://<model name>`` for ``init_cfg`` of mmseg's ``TIMMBackbone``; see :func:`weights_file`.

    ``TIMMBackbone(pretrained=True)`` fetches whenever it is built, also to test a checkpoint. With
    ``init_cfg=dict(type='Pretrained', checkpoint='timm://…')`` it waits until training starts.

    Raises:
        FileNotFoundError, ValueError: as of :func:`published_model`.
    """
    state = published_model(filename.removeprefix('timm://'), features_only=True).state_dict()
    return dict(state_dict={f'timm_model.{key}': value.to(map_location or 'cpu')
                            for key, value in state.items()}, meta=dict(source=filename))


def published_model(name: str, file: str | None = None, **options: Any) -> nn.Module:
    """A model of timm with its published weights.

    Args:
        name (str): of timm, a tag of weights behind a dot.
        file (str, optional): the weights, where they have been downloaded.
        options: of ``timm.create_model``.

    Raises:
        FileNotFoundError: neither cached nor reachable; says how to do without.
        ValueError: timm has no weights of that name; or the file is damaged, or holds code, see
            :func:`read_checkpoint`.
    """
    import timm
    overlay = dict(file=_read_before(file or weights_file(name)))
    return timm.create_model(name, pretrained=True, pretrained_cfg_overlay=overlay, **options)


def weights_file(name: str) -> str | Path:
    """The file of a model's published weights, from the hub or torch's cache; offline variables hold.

    Raises:
        FileNotFoundError, ValueError: as of :func:`published_model`.
    """
    import timm
    cfg = timm.get_pretrained_cfg(name) if timm.is_model(name) else None
    if cfg is None or not (cfg.hf_hub_id or cfg.url):
        raise ValueError(f"timm {timm.__version__} has no weights '{printable(name)}'; "
                         'timm.list_pretrained() lists those that it has')
    try:
        return fetched(str(cfg.url)) if not cfg.hf_hub_id else _of_the_hub(cfg)
    except Exception as error:  # whatever the hub's client raises
        raise FileNotFoundError(
            f"timm://{name}: timm could not give the weights ({str(error).splitlines()[0]}). Run the same "
            "line with network access, which fills the cache, or set the backbone's init_cfg to None for "
            'random weights') from error


def _of_the_hub(cfg):
    from huggingface_hub.errors import EntryNotFoundError
    owner_and_name, _, revision = cfg.hf_hub_id.partition('@')
    *others, last = [cfg.hf_hub_filename] if cfg.hf_hub_filename else ON_THE_HUB
    for name in others:
        try:
            return huggingface_hub.hf_hub_download(owner_and_name, name, revision=revision or None)
        except EntryNotFoundError:  # there, or in the cache
            continue
    return huggingface_hub.hf_hub_download(owner_and_name, last, revision=revision or None)


def _read_before(path: str | Path) -> str:
    if str(path).endswith(NPZ):
        check_npz(str(path))
    else:
        read_checkpoint(path)
    return str(path)


def read_before_timm() -> None:
    """From now on mmseg's ``TIMMBackbone`` gives timm no file that our reader has not read."""
    on_demand.after('mmseg.models.backbones.timm_backbone', _read_before_timm)


def _read_before_timm():
    from mmseg.models.backbones import TIMMBackbone
    build = TIMMBackbone.__init__
    if getattr(build, 'reads_before', False):
        return

    @functools.wraps(build)
    def build_from_read(self, model_name, features_only=True, pretrained=True, checkpoint_path='', **options):
        if 'pretrained_cfg' in options:
            raise ValueError("TIMMBackbone: pretrained_cfg may name weights that nobody checks; write a tag "
                             "behind the model's name, or pretrained_cfg_overlay=dict(file=…)")
        if checkpoint_path:
            _read_before(checkpoint_path)
        if pretrained:
            overlay = dict(options.get('pretrained_cfg_overlay') or {})
            overlay['file'] = _read_before(overlay.get('file') or weights_file(model_name))
            options['pretrained_cfg_overlay'] = overlay
        build(self, model_name, features_only, pretrained, checkpoint_path, **options)

    build_from_read.reads_before = True
    TIMMBackbone.__init__ = build_from_read
