"""What open_clip, the hub or a folder states about a CLIP and its weights."""
import copy
import difflib
import json
import os
from pathlib import Path

import open_clip
from open_clip.factory import parse_model_name
from open_clip.pretrained import download_pretrained_from_hf

CONFIG = 'open_clip_config.json'
WEIGHTS = ('open_clip_model.safetensors', 'open_clip_pytorch_model.bin')


def is_placed(arch):
    """Whether an architecture is open_clip's ``'hf-hub:owner/name'`` or ``'local-dir:folder'``."""
    return isinstance(arch, str) and parse_model_name(arch)[0] is not None


def folder_of(arch):
    """The folder of ``'local-dir:folder'``, else None."""
    where, name = parse_model_name(arch) if isinstance(arch, str) else (None, arch)
    return name if where == 'local-dir' else None


def placed_config(arch):
    """dict: ``model_cfg`` and ``preprocess_cfg`` of a place.

    Raises:
        RuntimeError: it is not there, or neither cached nor reachable.
    """
    folder, name = folder_of(arch), parse_model_name(arch)[1]
    try:
        path = Path(folder, CONFIG) if folder else Path(download_pretrained_from_hf(name, CONFIG))
        return json.loads(path.read_text())
    except OSError as error:
        raise RuntimeError(f"'{CONFIG}' of '{arch}' is neither there, nor cached, nor reachable: "
                           f'{str(error).splitlines()[0]}') from error


def placed_weights(arch):
    """Path of the weights of a place.

    Raises:
        OSError: they are not there, or neither cached nor reachable.
    """
    folder, name = folder_of(arch), parse_model_name(arch)[1]
    if folder is None:
        return download_pretrained_from_hf(name)
    found = [path for path in (Path(folder, file) for file in WEIGHTS) if path.is_file()]
    if not found:
        raise FileNotFoundError(f"'{folder}' holds none of {list(WEIGHTS)}")
    return str(found[0])


def clip_config(arch):
    """The open_clip configuration of an architecture.

    Args:
        arch (str | dict): an open_clip model name, a place as :func:`is_placed` knows it, or a
            configuration with ``embed_dim``, ``vision_cfg`` and ``text_cfg`` as in open_clip's own files.

    Raises:
        ValueError: no such name; the closest ones are listed.
        RuntimeError: nothing is cached or reachable at the place.
    """
    if is_placed(arch):
        config = placed_config(arch)
        return config.get('model_cfg', config)
    if isinstance(arch, str):
        config = open_clip.get_model_config(arch)
        if config is None:
            near = difflib.get_close_matches(arch, open_clip.list_models(), n=3, cutoff=0.3)
            raise ValueError(f"open_clip has no architecture '{arch}'; closest: {near}")
        return config
    missing = {'embed_dim', 'vision_cfg', 'text_cfg'} - set(arch)
    if missing:
        raise ValueError(f'a CLIP configuration needs {sorted(missing)}, got only {sorted(arch)}')
    return {key: copy.deepcopy(dict(value) if isinstance(value, dict) else value)
            for key, value in arch.items()}


def tag_config(arch, pretrained):
    """What open_clip states about one of its tags (``quick_gelu``, ``mean``, ``std``, …); else empty."""
    known = isinstance(arch, str) and pretrained is not None and not os.path.isfile(pretrained)
    return open_clip.get_pretrained_cfg(arch, pretrained) if known else {}


def agreed_config(arch):
    """What all of open_clip's tags of an architecture state alike, such as ``mean``, or what its place does.

    Empty where nothing is stated.
    """
    if is_placed(arch):
        return placed_config(arch).get('preprocess_cfg', {})
    tags = open_clip.list_pretrained_tags_by_model(arch) if isinstance(arch, str) else []
    first, *others = [open_clip.get_pretrained_cfg(arch, tag) for tag in tags] or [{}]
    return {key: value for key, value in first.items() if all(each.get(key) == value for each in others)}


def is_plain_vit(config):
    """Whether the image tower of a configuration is open_clip's own ``VisionTransformer``."""
    vision = config['vision_cfg']
    return not vision.get('timm_model_name') and isinstance(vision.get('layers', 12), int)


def whole_clip(config):
    """The class of open_clip that an architecture's weights are of."""
    if 'multimodal_cfg' in config:
        return open_clip.CoCa
    custom = config.get('custom_text') or config['text_cfg'].get('hf_model_name')
    return open_clip.CustomTextCLIP if custom else open_clip.CLIP
