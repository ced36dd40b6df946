"""open_clip's image and text towers, built alone, with random or pretrained weights."""
import copy
import difflib
import os

import open_clip
import torch
from mmengine.logging import print_log
from open_clip.model import _build_text_tower, _build_vision_tower

from ..checkpoints.npz_files import NPZ, check_npz
from ..checkpoints.read import read_checkpoint
from .layers.linear import use_linear

TEXT_PREFIXES = ('transformer.', 'token_embedding.', 'positional_embedding', 'ln_final.',
                 'text_projection')
NAMES = {True: 'QuickGELU', False: 'GELU'}


def clip_config(arch):
    """The open_clip configuration of an architecture.

    Args:
        arch (str | dict): an open_clip model name, or a configuration with ``embed_dim``,
            ``vision_cfg`` and ``text_cfg`` as in open_clip's own files.

    Raises:
        ValueError: no such name; the closest ones are listed.
    """
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


def quick_gelu(arch, pretrained):
    """Whether the towers have OpenAI's activation: a tag decides, as the weights were trained with it."""
    of_arch = clip_config(arch).get('quick_gelu', False)
    tag = tag_config(arch, pretrained)
    found = tag.get('quick_gelu', False) if tag else of_arch
    if found != of_arch:
        print_log(f"the weights '{pretrained}' of '{arch}' were trained with {NAMES[found]}, which is taken "
                  f"in place of the architecture's {NAMES[of_arch]}", 'current')
    return found


def is_plain_vit(config):
    """Whether the image tower of a configuration is open_clip's own ``VisionTransformer``."""
    vision = config['vision_cfg']
    return not vision.get('timm_model_name') and isinstance(vision.get('layers', 12), int)


def build_image_tower(arch, pretrained=None):
    """open_clip's ``VisionTransformer``; see :func:`build_text_tower` for the arguments."""
    config = clip_config(arch)
    vision = config['vision_cfg']
    if not is_plain_vit(config):
        raise ValueError(f"'{arch}' has no open_clip VisionTransformer as image tower; take "
                         "OpenCLIPImageTower, or a plain ViT such as 'ViT-B-16-quickgelu'")
    tower = _build_vision_tower(config['embed_dim'], vision, quick_gelu(arch, pretrained))
    if pretrained is not None:
        tower.load_state_dict(pretrained_state(arch, pretrained, 'visual.'))
    tower.pretrained = pretrained  # for LoadedWeightsHook
    return use_linear(tower)


def build_text_tower(arch, pretrained=None):
    """open_clip's ``TextTransformer``, or its ``HFTextEncoder`` around a model of ``transformers``.

    Args:
        arch (str | dict): see :func:`clip_config`.
        pretrained (str, optional): one of open_clip's tags for ``arch``, or a checkpoint file.

    Raises:
        ValueError: ``pretrained`` is neither a tag nor a file.
        RuntimeError: a tag's weights, or the configuration of a model of ``transformers``, are neither
            cached nor reachable.
    """
    config = clip_config(arch)
    text_cfg, text_model = dict(config['text_cfg']), config['text_cfg'].get('hf_model_name')
    if text_model:
        text_cfg['hf_model_pretrained'] = False  # CLIP's weights, not those it began from
    try:
        tower = _build_text_tower(config['embed_dim'], text_cfg, quick_gelu(arch, pretrained))
    except OSError as error:
        raise RuntimeError(f"the configuration of '{text_model}', the text tower of '{arch}', is neither "
                           f'cached nor reachable: {error}') from error
    if pretrained is not None:
        prefix = '' if whole_clip(config) is open_clip.CLIP else 'text.'
        tower.load_state_dict(pretrained_state(arch, pretrained, prefix))
    tower.pretrained = pretrained
    return use_linear(tower)


def split_projections(tower):
    """Query, key and value weights of every attention as parameters of their own, as CAT-Seg stores them.

    Weights that come as one are split when they are loaded.
    """
    for attention in _attentions(tower):
        for letter, weight in zip('qkv', attention.in_proj_weight.detach().chunk(3)):
            attention.register_parameter(f'{letter}_proj_weight', torch.nn.Parameter(weight.clone()))
        attention.register_parameter('in_proj_weight', None)
        attention._qkv_same_embed_dim = False
        attention.register_load_state_dict_pre_hook(_split_loaded)


def _split_loaded(module, state, prefix, *args):
    whole = state.pop(prefix + 'in_proj_weight', None)
    if whole is not None:
        for letter, weight in zip('qkv', whole.chunk(3)):
            state[f'{prefix}{letter}_proj_weight'] = weight


def train_query_value(tower):
    """Freeze a tower except for the query and value weights of :func:`split_projections`."""
    tower.requires_grad_(False)
    for attention in _attentions(tower):
        attention.q_proj_weight.requires_grad_(True)
        attention.v_proj_weight.requires_grad_(True)


def value_projection(attention):
    """Weight and bias of the values of a ``MultiheadAttention``."""
    weight = attention.v_proj_weight
    if weight is None:
        weight = attention.in_proj_weight.chunk(3)[2]
    return weight, attention.in_proj_bias.chunk(3)[2]


def _attentions(tower):
    return (module for module in tower.modules() if isinstance(module, torch.nn.MultiheadAttention))


def whole_clip(config):
    """The class of open_clip that an architecture's weights are of."""
    if 'multimodal_cfg' in config:
        return open_clip.CoCa
    custom = config.get('custom_text') or config['text_cfg'].get('hf_model_name')
    return open_clip.CustomTextCLIP if custom else open_clip.CLIP


def pretrained_state(arch, pretrained, prefix):
    """The weights of one tower, by its own names.

    Args:
        arch, pretrained: as of :func:`build_text_tower`.
        prefix (str): of the tower's names in open_clip's model; '' for a text tower without one.

    Raises:
        ValueError, RuntimeError: as of :func:`build_text_tower`; a file of other weights.
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
    tags = open_clip.list_pretrained_tags_by_model(arch) if isinstance(arch, str) else []
    if tag not in tags:
        raise ValueError(f"pretrained='{tag}' is neither an existing file nor one of open_clip's "
                         f'tags for {arch!r}: {tags}')
    try:
        return open_clip.download_pretrained(open_clip.get_pretrained_cfg(arch, tag))
    except Exception as error:
        raise RuntimeError(
            f"the weights '{tag}' of '{arch}' are neither cached nor reachable ({error}). Download "
            'them on a machine with network access (the same line run there fills the Hugging Face '
            "cache), or give the file's path as `pretrained`.") from error
