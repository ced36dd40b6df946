"""What a CLIP says of each place of a picture alone, in the space of its text.

MaskCLIP (Zhou et al., ECCV 2022) lets a token of the last block attend to itself alone. Here the same is done
to whatever brings the places of a tower together last: the last block where its CLS token is read,
attention pooling, or a mean. Each sees one place at a time, as if it were the whole picture.

Each class has ``index``, the map that it starts from; a call with that map (N, C, h, w) gives (N, D, h, w).
"""
import open_clip
import torch.nn.functional as F
from torch import nn


def text_space(tower, head, name):
    """The class below for a tower.

    Args:
        tower (nn.Module): open_clip's, or a model of timm with the pooling of its CLIP.
        head (nn.Module, optional): what open_clip puts behind a model of timm.
        name (str): of the architecture, for the error.

    Raises:
        ValueError: a tower of another kind.
    """
    if isinstance(tower, open_clip.transformer.VisionTransformer) and tower.attn_pool is None:
        return ViTInTextSpace(tower)
    if isinstance(tower, open_clip.modified_resnet.ModifiedResNet):
        return ResNetInTextSpace(tower)
    from timm.models import convnext, eva, fastvit, vision_transformer
    if isinstance(tower, (vision_transformer.VisionTransformer, eva.Eva)):
        return TimmViTInTextSpace(tower, head)
    if isinstance(tower, (convnext.ConvNeXt, fastvit.FastVit)):
        return TimmStagesInTextSpace(tower, head)
    raise ValueError(f'dense=True gives features in the space of text for towers of open_clip without '
                     f'attentional pooling and for ViT, EVA, ConvNeXt and FastViT of timm; {name!r} has a '
                     f'{type(tower).__name__}')


def alone(function, maps):
    """``function`` of one place at a time, (N·hw, 1, C) -> (N·hw, 1, D) or (N·hw, D): (N, D, h, w)."""
    n, _, h, w = maps.shape
    return function(maps.flatten(2).mT.reshape(n * h * w, 1, -1)).view(n, h * w, -1).mT.unflatten(2, (h, w))


class ViTInTextSpace:
    """open_clip's ``VisionTransformer``; with a CLS token the same as ``OpenCLIPViT(dense='token')``."""

    def __init__(self, visual):
        self.visual, self.reads_cls = visual, visual.pool_type == 'tok'
        self.index = len(visual.transformer.resblocks) - (2 if self.reads_cls else 1)

    def __call__(self, maps):
        return alone(self.embed, maps)

    def embed(self, x):
        visual = self.visual
        if self.reads_cls:
            x = visual.transformer.resblocks[-1](x)
        return visual.ln_post(x) @ visual.proj


class ResNetInTextSpace:
    """open_clip's ``ModifiedResNet``: values of its attention pooling, without its positions."""
    index = 4

    def __init__(self, visual):
        self.pool = visual.attnpool

    def __call__(self, maps):
        layers = self.pool.v_proj, self.pool.c_proj
        for layer in layers:
            maps = F.conv2d(maps, layer.weight[..., None, None], layer.bias)
        return maps


class TimmViTInTextSpace:
    """A ViT or EVA of timm, with a CLS token, attention pooling or a mean."""

    def __init__(self, model, head):
        self.model, self.head = model, head
        self.reads_cls = model.attn_pool is None and model.global_pool == 'token'
        self.index = len(model.blocks) - (2 if self.reads_cls else 1)

    def __call__(self, maps):
        return alone(self.embed, maps)

    def embed(self, x):
        model = self.model
        if self.reads_cls:
            x = model.blocks[-1](x)  # rotary positions turn queries and keys only
        x = model.norm(x)
        x = x[:, 0] if model.attn_pool is None else model.attn_pool(x)
        return self.head(model.head(model.fc_norm(x)))


class TimmStagesInTextSpace:
    """A ConvNeXt or FastViT of timm: mean pooling and projection of each place."""

    def __init__(self, model, head):
        self.model, self.head = model, head
        self.index = len(model.stages) - 1
        self.last = getattr(model, 'final_conv', getattr(model, 'norm_pre', nn.Identity()))

    def __call__(self, maps):
        return alone(lambda x: self.head(self.model.forward_head(x.mT[..., None])), self.last(maps))
