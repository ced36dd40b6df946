"""DINOv2's image encoder as an mmseg backbone."""
import timm
import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from mmseg.registry import MODELS

from ...checkpoints import published_model
from ..layers.linear import use_linear
from ..options import expect

EXTRA = 0.1  # what the released code adds to the grid's side before it divides, against rounding


@MODELS.register_module()
class DINOv2(BaseModule):
    """timm's DINOv2; gives the normalised patch tokens of the last block.

    timm resizes the position embedding to a size and with antialiasing. Here it is resized as in the
    released code: by a scale factor, bicubic, without antialiasing.
    Pictures are whole patches, as :class:`GuidedCLIP` makes them by its ``guidance_size``.

    Args:
        arch (str): one of timm's DINOv2 models.
        pretrained (bool | str): timm's weights, from the hub or the file named, fetched when training
            starts.
        options (dict, optional): arguments of timm's model that differ, such as ``depth``.

    Raises:
        RuntimeError: no such model of timm's (timm's error).
        ValueError: a model with other tokens than a CLS token and patches, such as registers; in
            ``forward``, a picture that is not of whole patches.
    """

    def __init__(self, arch='vit_small_patch14_dinov2', pretrained=False, options=None, init_cfg=None):
        super().__init__(init_cfg)
        self.arch, self.pretrained, self.options = arch, pretrained, dict(options or {}, num_classes=0)
        self.model = use_linear(timm.create_model(arch, **self.options))
        known = getattr(self.model, 'pos_embed', None)
        if known is None or known.shape[1] != 1 + self.model.patch_embed.num_patches:
            raise ValueError(f'DINOv2(arch={arch!r}) has other tokens than a CLS token and patches, with a '
                             'position for each (registers, say): take TimmImageTower')
        self.embed_dims = self.model.embed_dim

    def init_weights(self):
        """Load timm's weights where they are asked for; a checkpoint may replace them."""
        super().init_weights()
        if self.pretrained:
            file = self.pretrained if isinstance(self.pretrained, str) else None
            source = published_model(self.arch, file, **self.options)
            self.model.load_state_dict(source.state_dict())

    def forward(self, x):
        """(N, 3, H, W), whole patches -> one map (N, C, h, w), in a tuple."""
        self.check_size(tuple(x.shape[2:]))
        model = self.model
        x = model.patch_embed.proj(x)
        grid = tuple(x.shape[2:])
        cls_token = model.cls_token.expand(len(x), -1, -1)
        x = torch.cat([cls_token, x.flatten(2).transpose(1, 2)], 1) + self.position_embedding(grid)
        for block in model.blocks:
            x = block(x)
        return (model.norm(x)[:, 1:].transpose(1, 2).unflatten(2, grid),)

    def check_size(self, size, name='image size'):
        """Refuse (H, W) of which the embedding of patches would drop rows or columns.

        Raises:
            ValueError: calls the size by ``name`` and says which are nearest.
        """
        patch = self.model.patch_embed.patch_size
        smaller = tuple(max(side // each, 1) * each for side, each in zip(size, patch))
        larger = tuple(-(-side // each) * each for side, each in zip(size, patch))
        expect(size == larger, name, size, f'multiples of the patch of {self.arch}, {patch[0]}x{patch[1]}; '
               f'the nearest are {smaller} and {larger}')

    def position_embedding(self, grid):
        """(1, 1 + h·w, C) for a grid of (h, w) tokens."""
        stored, embedding = self.model.patch_embed.grid_size, self.model.pos_embed
        if tuple(stored) == grid:
            return embedding
        maps = embedding[:, 1:].transpose(1, 2).unflatten(2, stored)
        maps = F.interpolate(maps, mode='bicubic', scale_factor=[
            (new + EXTRA) / old for new, old in zip(grid, stored)])
        return torch.cat([embedding[:, :1], maps.flatten(2).transpose(1, 2)], 1)
