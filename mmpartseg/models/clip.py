"""open_clip's image and text towers, built alone, with random or pretrained weights."""
import open_clip
import torch
from mmengine.logging import print_log
from open_clip.model import _build_text_tower, _build_vision_tower

from .architectures import clip_config, is_plain_vit, tag_config, whole_clip
from .clip_weights import pretrained_state
from .layers.linear import use_linear

NAMES, QUICK = {True: 'QuickGELU', False: 'GELU'}, '-quickgelu'


def quick_gelu(arch, pretrained):
    """Whether the towers have OpenAI's activation: a tag decides, as the weights were trained with it.

    A file does not say; there the architecture decides, and a line names the one with the other activation.
    """
    of_arch = clip_config(arch).get('quick_gelu', False)
    tag = tag_config(arch, pretrained)
    other = isinstance(arch, str) and (arch.removesuffix(QUICK) if of_arch else arch + QUICK)
    if pretrained is not None and not tag and other in open_clip.list_models():
        print_log(f"'{pretrained}' does not say with which activation it was trained: {NAMES[of_arch]}, as "
                  f"'{arch}' has it; '{other}' has {NAMES[not of_arch]}", 'current')
    found = tag.get('quick_gelu', False) if tag else of_arch
    if found != of_arch:
        print_log(f"the weights '{pretrained}' of '{arch}' were trained with {NAMES[found]}, which is taken "
                  f"in place of the architecture's {NAMES[of_arch]}", 'current')
    return found


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


def train_attention(tower):
    """Freeze an image tower except for its attention and position embedding."""
    tower.requires_grad_(False)
    tower.positional_embedding.requires_grad_(True)
    for attention in _attentions(tower):
        attention.requires_grad_(True)


def value_projection(attention):
    """Weight and bias of the values of a ``MultiheadAttention``."""
    weight = attention.v_proj_weight
    if weight is None:
        weight = attention.in_proj_weight.chunk(3)[2]
    return weight, attention.in_proj_bias.chunk(3)[2]


def _attentions(tower):
    return (module for module in tower.modules() if isinstance(module, torch.nn.MultiheadAttention))
