"""A feature of CLIP's embedding space for every patch."""
import torch
import torch.nn.functional as F


def dense_tokens(visual, images):
    """Unit vectors of CLIP's patches: the last block passes on values without attention.

    Each token of the last block is ``x + out_proj(V(ln_1(x)))``, then the MLP as usual; the final
    norm and the projection are applied to all of them.

    Args:
        visual (VisionTransformer): open_clip's image tower, complete.
        images (Tensor): (M, 3, H, W) as CLIP wants them, H and W multiples of the patch.

    Returns:
        Tensor: (M, hw, D).
    """
    x = visual.conv1(images)
    grid = x.shape[2:]
    x = x.flatten(2).transpose(1, 2)  # M x hw x C
    cls_token = visual.class_embedding.to(x.dtype).expand(len(x), 1, -1)
    x = torch.cat([cls_token, x], dim=1) + _positions(visual, grid).to(x.dtype)
    x = visual.ln_pre(x)
    *blocks, last = visual.transformer.resblocks
    for block in blocks:
        x = block(x)
    attention = last.attn
    weight, bias = attention.in_proj_weight.chunk(3)[2], attention.in_proj_bias.chunk(3)[2]
    x = x[:, 1:]
    x = x + attention.out_proj(F.linear(last.ln_1(x), weight, bias))
    x = x + last.mlp(last.ln_2(x))
    return F.normalize(visual.ln_post(x) @ visual.proj, dim=-1)


def _positions(visual, grid):
    """(1 + hw, C): the position embedding, that of the patches resized to the grid."""
    cls_token, patches = visual.positional_embedding.split((1, len(visual.positional_embedding) - 1))
    if tuple(visual.grid_size) != tuple(grid):
        patches = patches.T.unflatten(1, tuple(visual.grid_size))[None]
        patches = F.interpolate(patches, tuple(grid), mode='bicubic')[0].flatten(1).T
    return torch.cat([cls_token, patches])
