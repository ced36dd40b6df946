"""The weights of one tower of a CLIP, from open_clip's tags, a place or a file."""
import os

import open_clip
import torch

from ..checkpoints.npz_files import NPZ, check_npz
from ..checkpoints.read import read_checkpoint
from .architectures import clip_config, is_placed, placed_weights, whole_clip

TEXT_PREFIXES = ('transformer.', 'token_embedding.', 'positional_embedding', 'ln_final.',
                 'text_projection')


def pretrained_state(arch, pretrained, prefix):
    """The weights of one tower, by its own names.

    Args:
        arch, pretrained: as of :func:`~mmpartseg.models.clip.build_text_tower`.
        prefix (str): of the tower's names in open_clip's model; '' for a text tower without one.

    Raises:
        ValueError, RuntimeError: as there; a file of other weights.
    """
    path = pretrained if os.path.isfile(pretrained) else _download(arch, pretrained)
    config = clip_config(arch)
    of_class = whole_clip(config)
    config.pop('custom_text', None)
    config['text_cfg']['hf_model_pretrained'] = config['vision_cfg']['timm_model_pretrained'] = False
    with torch.device('meta'):
        model = of_class(**config)
    model.to_empty(device='cpu')
    try:
        if str(path).endswith(NPZ):
            check_npz(str(path))
        else:
            read_checkpoint(path)
        open_clip.load_checkpoint(model, path, strict=True, weights_only=True)
    except Exception as error:
        raise ValueError(f"'{path}' does not hold open_clip weights of '{arch}': {error}") from error
    state = model.state_dict()
    if prefix:
        return {k[len(prefix):]: v for k, v in state.items() if k.startswith(prefix)}
    return {k: v for k, v in state.items() if k.startswith(TEXT_PREFIXES)}


def _download(arch, tag):
    if is_placed(arch) and tag == arch:
        return _fetched(arch, tag, lambda: placed_weights(arch))
    if is_placed(arch):
        raise ValueError(f"pretrained='{tag}' is no existing file; for the weights that lie beside the "
                         f"configuration, say pretrained='{arch}'")
    tags = open_clip.list_pretrained_tags_by_model(arch) if isinstance(arch, str) else []
    if tag not in tags:
        raise ValueError(f"pretrained='{tag}' is neither an existing file nor one of open_clip's "
                         f'tags for {arch!r}: {tags}')
    return _fetched(arch, tag, lambda: open_clip.download_pretrained(open_clip.get_pretrained_cfg(arch, tag)))


def _fetched(arch, tag, fetch):
    try:
        return fetch()
    except Exception as error:
        raise RuntimeError(
            f"the weights '{tag}' of '{arch}' are neither cached nor reachable ({error}). Download "
            'them on a machine with network access (the same line run there fills the Hugging Face '
            "cache), or give the file's path as `pretrained`.") from error
