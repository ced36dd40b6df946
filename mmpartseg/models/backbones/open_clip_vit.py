"""CLIP's image encoder as an mmseg backbone."""
import contextlib

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from mmseg.registry import MODELS

from ..clip import build_image_tower, pixel_statistics
from ..layers.separable import bicubic


@MODELS.register_module()
class OpenCLIPViT(BaseModule):
    """open_clip's image tower; gives the hidden states of chosen transformer blocks (Eq. 1).

    Blocks after the last index, the final norm and the projection are not kept. Images of any size
    are taken: one that is no multiple of the patch is resized up to the next multiple, and the
    position embeddings are resized to the token grid (bicubic, as in the released implementation).

    Args:
        arch (str | dict): open_clip model name or configuration, e.g. ``'ViT-B-16-quickgelu'``.
        pretrained (str, optional): an open_clip tag, a checkpoint file, or None for random weights.
        out_indices (Sequence[int]): blocks whose output is returned, counted from 0.
        frozen (bool): no gradients, and eval mode also after ``model.train()``.
        with_cls_token (bool): return ``(map, CLS)`` pairs instead of maps alone.

    Raises:
        ValueError: unknown architecture or weights, an index without a block.
    """

    def __init__(self, arch='ViT-B-16-quickgelu', pretrained=None, out_indices=(3, 6, 9),
                 frozen=True, with_cls_token=False, init_cfg=None):
        super().__init__(init_cfg)
        self.visual = build_image_tower(arch, pretrained)
        depth = len(self.visual.transformer.resblocks)
        self.out_indices = tuple(out_indices)
        if not self.out_indices or not all(0 <= i < depth for i in self.out_indices):
            raise ValueError(f'out_indices must lie in 0…{depth - 1} for {arch!r}, which has {depth} '
                             f'blocks; got {self.out_indices}')
        self.visual.prune_intermediate_layers(list(self.out_indices), prune_norm=True)
        self.visual.attn_pool = None
        self.patch_size = self.visual.patch_size
        self.embed_dims = self.visual.conv1.out_channels
        self.pixel_statistics = pixel_statistics(arch, pretrained)
        self.frozen = frozen
        self.with_cls_token = with_cls_token
        if frozen:
            self.visual.requires_grad_(False)
        self.train()

    def train(self, mode=True):
        super().train(mode)
        if self.frozen:
            self.visual.eval()
        return self

    def forward(self, x):
        """
        Args:
            x (Tensor): (N, 3, H, W), normalised.

        Returns:
            tuple: one (N, C, h, w) map per index; with ``with_cls_token`` each is a pair
            ``[map, (N, C) CLS token]``.
        """
        with torch.no_grad() if self.frozen else contextlib.nullcontext():
            x, grid = self._embed(x)
            states = []
            for i, block in enumerate(self.visual.transformer.resblocks):
                x = block(x)  # N x L x C
                if i in self.out_indices:
                    states.append(self._to_map(x, grid))
        return tuple(states)

    def _embed(self, x):
        ph, pw = self.patch_size
        grid = (-(-x.shape[2] // ph), -(-x.shape[3] // pw))
        if x.shape[2:] != (grid[0] * ph, grid[1] * pw):
            x = F.interpolate(x, (grid[0] * ph, grid[1] * pw), mode='bilinear')
        visual = self.visual
        x = visual.conv1(x).flatten(2).transpose(1, 2)  # N x hw x C
        cls_token = visual.class_embedding.to(x.dtype).expand(len(x), 1, -1)
        x = torch.cat([cls_token, x], dim=1) + self._position_embedding(grid).to(x.dtype)
        return visual.ln_pre(x), grid

    def _position_embedding(self, grid):
        """The stored embedding, resized to ``grid`` tokens: (1 + h·w, C)."""
        stored, embedding = self.visual.grid_size, self.visual.positional_embedding
        if tuple(stored) == tuple(grid):
            return embedding
        cls_token, patches = embedding[:1], embedding[1:]
        patches = patches.T.reshape(1, -1, *stored)
        patches = bicubic(patches, grid)
        return torch.cat([cls_token, patches.flatten(2)[0].T])

    def _to_map(self, x, grid):
        patches = x[:, 1:].transpose(1, 2).unflatten(2, grid)  # N x C x h x w
        return [patches, x[:, 0]] if self.with_cls_token else patches
