"""CLIP's image encoder as an mmseg backbone."""
import contextlib

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from open_clip.model import convert_weights_to_lp

from ..clip import (
    build_image_tower,
    split_projections,
    train_attention,
    train_query_value,
    value_projection,
)
from ..layers.precision import autocast_dtype
from ..layers.separable import bicubic
from ..preprocessing import interpolation, pixel_statistics
from .features import embedded, positions
from .image_tower import default_indices


@MODELS.register_module()
class OpenCLIPViT(BaseModule):
    """open_clip's plain ViT; gives the hidden states of chosen transformer blocks (Eq. 1).

    :class:`OpenCLIPImageTower` takes any other tower; this one has what released models need. The blocks are
    run by open_clip's ``forward_intermediates``, whose features are those of the blocks in turn, bit by bit,
    at the same speed; before them stands our own embedding, as open_clip's takes one size only.

    Blocks after the last index, the final norm and the projection are not kept, unless dense features
    in the space of text are asked for. Images of any size
    are taken: one that is no multiple of the patch is resized up to the next multiple, and the
    position embeddings are resized to the token grid (bicubic, as in the released implementation).

    Args:
        arch (str | dict): open_clip model name or configuration, e.g. ``'ViT-B-16-quickgelu'``.
        pretrained (str, optional): an open_clip tag, a checkpoint file, or None for random weights.
        out_indices (Sequence[int], optional): blocks whose output is returned, counted from 0; by default
            3, 6 and 9 of 12, and as deep in other towers.
        frozen (bool): no gradients, and eval mode also after ``model.train()``.
        with_cls_token (bool): return ``(map, CLS)`` pairs instead of maps alone.
        dense (str, optional): give each token's place in the space of text, as the last map: the last
            block takes values without attention (MaskCLIP), added to the token itself (``'token'``)
            or to the CLS token (``'cls'``), then comes what follows for the CLS token otherwise.
        trainable (str): of an unfrozen tower train ``'all'``; ``'attention'`` of every block and the position
            embedding (CAT-Seg's first version); or ``'query_value'``: the query and value weights of
            every block (CAT-Seg of CVPR 2024).
        dtype (str, optional): ``'bfloat16'`` or ``'float16'``: a frozen tower holds the weights of its
            products in that type and computes in it, as autocast does, which would cast them at every
            call. Its maps are float32 where autocast is off.

    Attributes:
        out_channels, out_strides (tuple[int]): of each map.

    Raises:
        ValueError: unknown architecture, weights or option, an index without a block.
    """

    def __init__(self, arch='ViT-B-16-quickgelu', pretrained=None, out_indices=None,
                 frozen=True, with_cls_token=False, dense=None, trainable='all', dtype=None,
                 init_cfg=None):
        super().__init__(init_cfg)
        for name, value, known in (('dense', dense, (None, 'token', 'cls')),
                                   ('trainable', trainable, ('all', 'attention', 'query_value')),
                                   ('dtype', dtype, (None, 'bfloat16', 'float16'))):
            if value not in known:
                raise ValueError(f'{name} must be one of {known}, got {value!r}')
        if dtype is not None and not frozen:
            raise ValueError(f'dtype={dtype!r} is for a frozen tower, whose weights no step changes; set '
                             'frozen=True, or leave it out and train with AmpOptimWrapper')
        self.visual = build_image_tower(arch, pretrained)
        depth = len(self.visual.transformer.resblocks)
        self.out_indices = default_indices(depth) if out_indices is None else tuple(out_indices)
        if not (self.out_indices or dense) or not all(0 <= i < depth for i in self.out_indices):
            raise ValueError(f'out_indices must lie in 0…{depth - 1} for {arch!r}, which has {depth} '
                             f'blocks; got {self.out_indices}')
        self.dense = dense
        if dense is None:
            self.visual.prune_intermediate_layers(list(self.out_indices), prune_norm=True)
        self.visual.attn_pool = None
        self.patch_size = self.visual.patch_size
        self.embed_dims = self.visual.conv1.out_channels
        self.out_channels = (self.embed_dims, ) * len(self.out_indices)
        if dense is not None:
            self.out_channels += (self.visual.output_dim, )
        self.out_strides = (max(self.patch_size), ) * len(self.out_channels)
        self.pixel_statistics = pixel_statistics(arch, pretrained)
        self.interpolation = interpolation(arch, pretrained)
        self.frozen = frozen
        self.with_cls_token = with_cls_token
        if trainable == 'attention':
            train_attention(self.visual)
        elif trainable == 'query_value':
            split_projections(self.visual)
            train_query_value(self.visual)
            if dense is not None and depth - 1 not in self.out_indices:
                self.visual.transformer.resblocks[-1].attn.q_proj_weight.requires_grad_(False)  # not read
        self.dtype = None if dtype is None else getattr(torch, dtype)
        if dtype is not None:
            convert_weights_to_lp(self.visual, self.dtype)
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
            ``[map, (N, C) CLS token]``. With ``dense`` a map (N, D, h, w) follows.
        """
        if self.dtype is not None and autocast_dtype(x.device.type) is None:
            with torch.autocast(x.device.type, self.dtype):
                return tuple(in_type(state, x.dtype) for state in self(x))
        with torch.no_grad() if self.frozen else contextlib.nullcontext():
            x, grid = self._embed(x)
            before_last = len(self.visual.transformer.resblocks) - 2
            indices = sorted({*self.out_indices, *([before_last] if self.dense is not None else [])} - {-1})
            _, found = self.visual.transformer.forward_intermediates(x, indices=indices, stop_early=True)
            found = {-1: x, **dict(zip(indices, found))}
            states = [self._to_map(found[i], grid) for i in self.out_indices]
            if self.dense is not None:
                states.append(self._dense(found[before_last]).transpose(1, 2).unflatten(2, grid))
        return tuple(states)

    def _dense(self, x):
        """The input (N, 1 + hw, C) of the last block -> (N, hw, D)."""
        visual, block = self.visual, self.visual.transformer.resblocks[-1]
        tokens = x[:, 1:]
        values = block.attn.out_proj(F.linear(block.ln_1(tokens), *value_projection(block.attn)))
        x = (x[:, :1] if self.dense == 'cls' else tokens) + block.ls_1(values)
        x = x + block.ls_2(block.mlp(block.ln_2(x)))
        return visual.ln_post(x) @ visual.proj

    def _embed(self, x):
        ph, pw = self.patch_size
        grid = (-(-x.shape[2] // ph), -(-x.shape[3] // pw))
        if x.shape[2:] != (grid[0] * ph, grid[1] * pw):
            x = F.interpolate(x, (grid[0] * ph, grid[1] * pw), mode='bilinear')
        return embedded(self.visual, x, self._position_embedding)

    def _position_embedding(self, grid):
        """The stored embedding, resized to ``grid`` tokens as in released models: (1 + h·w, C)."""
        return positions(self.visual, grid, bicubic)

    def _to_map(self, x, grid):
        patches = x[:, 1:].transpose(1, 2).unflatten(2, grid)  # N x C x h x w
        return [patches, x[:, 0]] if self.with_cls_token else patches


def in_type(state, dtype):
    """A map, or a pair of map and CLS token, in another type."""
    return [each.to(dtype) for each in state] if isinstance(state, list) else state.to(dtype)
