"""Each family of image towers that open_clip or DINO has, at a size for tests."""
import re
from inspect import signature
from typing import NamedTuple

import timm

SMALL_VIT = dict(embed_dim=32, depth=3, num_heads=2)


class Family(NamedTuple):
    """A model of timm made small.

    Attributes:
        names (str): a pattern of the names in timm that are of this family.
        base (str): one of them.
        options (dict): what makes it small.
        strides (tuple[int]): of all its maps.
        cls_token (bool): whether it has one.
        any_size (bool): whether timm takes pictures of other sizes.
    """
    names: str
    base: str
    options: dict
    strides: tuple
    cls_token: bool = False
    any_size: bool = True


STAGES = (4, 8, 16, 32)
OF_14, OF_16, OF_32 = (14, ) * 3, (16, ) * 3, (32, ) * 3
VIT_56, VIT_64 = dict(SMALL_VIT, img_size=56), dict(SMALL_VIT, img_size=64)
THIN = dict(SMALL_VIT, img_size=56, mlp_ratio=2)
FOUR = dict(depths=(1, ) * 4, dims=(8, 16, 32, 64))
SWIN_IS_DYNAMIC = 'dynamic_img_size' in signature(timm.models.swin_transformer.SwinTransformer).parameters
FAMILIES = {
    'siglip': Family(r'vit_\w+_siglip_\d+', 'vit_base_patch16_siglip_224', VIT_64, OF_16),
    'patch 32': Family(r'vit_\w+32_siglip_\d+', 'vit_base_patch32_siglip_256', VIT_64, OF_32),
    'clip': Family(r'vit_\w+_clip_\d+', 'vit_large_patch14_clip_224', VIT_56, OF_14, True),
    'eva02': Family(r'eva02_(base|large)\w+_\d+', 'eva02_base_patch16_clip_224', VIT_64, OF_16, True),
    'eva02 post-norm': Family(r'eva02_enorm\w+_\d+', 'eva02_enormous_patch14_clip_224', THIN, OF_14, True),
    'eva': Family(r'eva_giant\w+_\d+', 'eva_giant_patch14_224', THIN, OF_14, True),
    'pe': Family(r'vit_pe_core_\w+', 'vit_pe_core_base_patch16_224', VIT_64, OF_16, True),
    'mobileclip vit': Family('vit_base_mci_224', 'vit_base_mci_224', dict(
        depth=2, img_size=64, mlp_ratio=.5), OF_16[:2], True),
    'mobileclip hybrid': Family(r'fastvit_mci[012]', 'fastvit_mci0', dict(
        layers=(1, ) * 4, embed_dims=(8, 16, 32, 64)), STAGES),
    'mobileclip2 hybrid': Family(r'fastvit_mci[34]', 'fastvit_mci3', dict(
        layers=(1, ) * 5, embed_dims=(8, 16, 32, 64, 64)), (*STAGES, 64)),
    'vitamin': Family(r'vitamin_\w+', 'vitamin_small_224', dict(
        depth=2, mlp_ratio=.5, img_size=64), OF_16[:2]),
    'convnext': Family(r'convnext_\w+', 'convnext_base', FOUR, STAGES),
    'swin': Family(r'swin_\w+', 'swin_base_patch4_window7_224', dict(
        embed_dim=8, depths=(1, ) * 4, num_heads=(1, 1, 2, 2), img_size=64), STAGES,
        any_size=SWIN_IS_DYNAMIC),
    'average pooling': Family(r'vit_\w+_gap_\d+', 'vit_medium_patch16_gap_256', VIT_64, OF_16),
    'relative positions': Family(r'vit_relpos_\w+', 'vit_relpos_medium_patch16_cls_224', VIT_64, OF_16, True,
                                 any_size=False),
    'dinov2': Family(r'vit_\w+14_dinov2', 'vit_small_patch14_dinov2', VIT_56, OF_14, True),
    'dinov2 with registers': Family(r'vit_\w+_reg4_dinov2', 'vit_small_patch14_reg4_dinov2', VIT_56, OF_14,
                                    True),
    'dinov3': Family(r'vit_\w+_dinov3\w*', 'vit_small_patch16_dinov3', VIT_64, OF_16, True),
}


def family_of(name):
    """The families that a model of timm may be of."""
    return [family for family, spec in FAMILIES.items() if re.fullmatch(spec.names, name)]


def register(family):
    """timm's name for a small model, under which open_clip builds it too."""
    name, spec = f'tiny_{family.replace(" ", "_").replace("-", "_")}', FAMILIES[family]
    if not timm.is_model(name):
        def entry(pretrained=False, **kwargs):
            return timm.create_model(spec.base, **{**spec.options, **kwargs})
        entry.__name__ = name
        timm.models.register_model(entry)
    return name
