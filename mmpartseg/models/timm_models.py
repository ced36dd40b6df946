"""timm's models for pictures of any size."""
from collections import OrderedDict

import open_clip
import timm
from timm.layers import Mlp
from torch import nn


def timm_model(name, **options):
    """A model of timm without classifier, at random weights, that takes pictures of any size if it can.

    Args:
        name (str): of timm.
        options: arguments of the model that differ, such as ``depth``.

    Raises:
        ValueError: timm has no such model; the closest names are listed.
    """
    if not timm.is_model(name):
        base = name.split('.')[0]
        near = timm.list_models(f'*{base.split("_patch")[0]}*')[:5]
        known = name in open_clip.list_models()
        hint = ', but open_clip has: take OpenCLIPImageTower' if known else f'; closest: {near}'
        raise ValueError(f"timm {timm.__version__} has no model '{name}'{hint}")
    options = dict(dict(num_classes=0), **options)
    try:
        return timm.create_model(name, dynamic_img_size=True, **options)
    except TypeError as error:  # not all know it: towers without position embeddings need not
        if 'dynamic_img_size' not in str(error):
            raise
    return timm.create_model(name, **options)


def timm_clip(vision_cfg, embed_dim):
    """The model of timm and what open_clip puts behind it, with the pooling of a CLIP.

    Args:
        vision_cfg (dict): of open_clip's configuration.
        embed_dim (int): D.

    Returns:
        tuple[nn.Module, nn.Module]: names of weights as open_clip's ``trunk`` and ``head``.

    Raises:
        ValueError: no such model; open_clip's own attention pooling behind a model of timm.
    """
    cfg = open_clip.CLIPVisionCfg(**vision_cfg)
    if cfg.timm_pool in ('abs_attn', 'rot_attn'):
        raise ValueError(f"dense=True does not know timm_pool='{cfg.timm_pool}'; take another architecture")
    options = {} if cfg.timm_drop_path is None else dict(drop_path_rate=cfg.timm_drop_path)
    if cfg.timm_proj not in ('linear', 'mlp'):
        classes = 0 if cfg.timm_proj == 'none' else embed_dim
        return timm_model(cfg.timm_model_name, num_classes=classes, global_pool=cfg.timm_pool,
                          **options), nn.Identity()
    model = timm_model(cfg.timm_model_name, **options)
    model.reset_classifier(0, **(dict(global_pool=cfg.timm_pool) if cfg.timm_pool else {}))
    width = model.num_features
    if cfg.timm_proj == 'mlp':
        return model, nn.Sequential(OrderedDict(mlp=Mlp(
            width, 2 * embed_dim, embed_dim, drop=(cfg.timm_drop, 0), bias=(True, cfg.timm_proj_bias))))
    return model, nn.Sequential(OrderedDict(
        drop=nn.Dropout(cfg.timm_drop), proj=nn.Linear(width, embed_dim, bias=cfg.timm_proj_bias)))


def preprocessing_of(model):
    """(mean, std) of RGB values of 0…255 and the interpolation with which timm's weights were trained."""
    cfg = model.pretrained_cfg
    return tuple([255 * value for value in cfg[key]] for key in ('mean', 'std')), cfg.get('interpolation')
