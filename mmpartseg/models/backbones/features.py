"""Features of image towers through the interfaces of the libraries that build them.

Each class has ``widths`` and ``strides`` of all the maps that a tower has, and ``fixed_size``, (H, W) of the
only pictures that it takes, or None. ``keep(indices)`` drops what comes after the last of them,
``keep_all()`` nothing that is read, and a call with (N, 3, H, W) and indices gives a list of pairs: map
(N, C, h, w), CLS token (N, C) or None.
"""
from inspect import signature

import open_clip
import torch
import torch.nn.functional as F
from torch import nn


def features_of(tower):
    """The class below that reads a tower."""
    kinds = {open_clip.transformer.VisionTransformer: ViTFeatures,
             open_clip.modified_resnet.ModifiedResNet: ResNetFeatures}
    return kinds.get(type(tower), TimmFeatures)(tower)


def resize_positions(maps, grid):
    """As open_clip resizes position embeddings (1, C, h, w) when it loads them."""
    return F.interpolate(maps, grid, mode='bicubic', antialias=True)


def embedded(visual, x, position_embedding):
    """The input of the blocks of open_clip's ``VisionTransformer``.

    Args:
        visual (VisionTransformer): with its position embeddings.
        x (Tensor): (N, 3, H, W), whole patches.
        position_embedding (callable): ``(h, w) -> (1 + h·w, C)``, such as :func:`positions`.

    Returns:
        tuple: (N, 1 + h·w, C) tokens, the CLS token first; (h, w).
    """
    x = visual.conv1(x)
    grid = tuple(x.shape[2:])
    cls_token = visual.class_embedding.to(x.dtype).expand(len(x), 1, -1)
    x = torch.cat([cls_token, x.flatten(2).transpose(1, 2)], dim=1)
    return visual.ln_pre(x + position_embedding(grid).to(x.dtype)), grid


def positions(visual, grid, resize=resize_positions):
    """The stored position embedding, resized to ``grid`` tokens by ``(maps, grid) -> maps``: (1 + h·w, C)."""
    stored, embedding = visual.grid_size, visual.positional_embedding
    if tuple(stored) == tuple(grid):
        return embedding
    cls_token, patches = embedding[:1], embedding[1:]
    patches = resize(patches.T.reshape(1, -1, *stored), grid)
    return torch.cat([cls_token, patches.flatten(2)[0].T])


class ViTFeatures:
    """open_clip's ``VisionTransformer``: one map a block, all at the patch's stride."""
    fixed_size = None

    def __init__(self, visual):
        depth = len(visual.transformer.resblocks)
        self.visual = visual
        self.widths, self.strides = (visual.conv1.out_channels, ) * depth, (max(visual.patch_size), ) * depth

    def keep(self, indices):
        self.visual.prune_intermediate_layers(list(indices), prune_norm=True)
        self.visual.attn_pool = self.visual.attn_pool_contrastive = None
        self.keep_all()

    def keep_all(self):
        self.visual.patch_dropout = nn.Identity()  # a map has all its tokens

    def __call__(self, x, indices, with_cls_token):
        x, grid = embedded(self.visual, x, lambda grid: positions(self.visual, grid))
        _, states = self.visual.transformer.forward_intermediates(x, indices=list(indices), stop_early=True)
        return [(state[:, 1:].transpose(1, 2).unflatten(2, grid), state[:, 0]) for state in states]


class ResNetFeatures:
    """open_clip's ``ModifiedResNet``: the stem and four stages."""
    fixed_size, strides = None, (4, 4, 8, 16, 32)

    def __init__(self, visual):
        stages = [visual.layer1, visual.layer2, visual.layer3, visual.layer4]
        self.visual = visual
        self.widths = (visual.conv3.out_channels, *(stage[-1].conv3.out_channels for stage in stages))

    def keep(self, indices):
        self.visual.attnpool = None
        for stage in range(max(indices) + 1, len(self.widths)):
            setattr(self.visual, f'layer{stage}', nn.Identity())  # open_clip's stop_early does not stop

    def keep_all(self):
        """All of it gives maps."""

    def __call__(self, x, indices, with_cls_token):
        found = self.visual.forward_intermediates(x, indices=list(indices), intermediates_only=True)
        return [(x, None) for x in found['image_intermediates']]


class TimmFeatures:
    """A model of timm: one map a block or a stage."""

    def __init__(self, model):
        if not hasattr(model, 'forward_intermediates'):
            raise ValueError(f"timm's {type(model).__name__} has no forward_intermediates, through which "
                             'features are read; take another model, or a later timm')
        self.model = model
        self.widths, self.strides = (tuple(int(each[key]) for each in model.feature_info)
                                     for key in ('num_chs', 'reduction'))
        # XCiT, CaiT, VOLO and others have one that they do not give out
        self.has_cls_token = getattr(model, 'cls_token', None) is not None and (
            'return_prefix_tokens' in signature(model.forward_intermediates).parameters)
        self.fixed_size = self._fixed_size()

    def _fixed_size(self):
        model = self.model
        if getattr(model, 'dynamic_img_size', False):
            return None
        embed = getattr(model, 'patch_embed', None)
        strict = getattr(embed, 'strict_img_size', model.pretrained_cfg.get('fixed_input_size', False))
        return tuple(getattr(embed, 'img_size', model.pretrained_cfg['input_size'][1:])) if strict else None

    def keep(self, indices):
        if hasattr(self.model, 'prune_intermediate_layers'):
            self.model.prune_intermediate_layers(list(indices), prune_norm=True, prune_head=True)

    def keep_all(self):
        """All of it gives maps."""

    def __call__(self, x, indices, with_cls_token):
        options = dict(indices=list(indices), stop_early=True, intermediates_only=True)
        if not (with_cls_token and self.has_cls_token):
            return [(x, None) for x in self.model.forward_intermediates(x, **options)]
        found = self.model.forward_intermediates(x, return_prefix_tokens=True, **options)
        return [(x, prefix[:, 0]) for x, prefix in found]  # registers come after the CLS token
