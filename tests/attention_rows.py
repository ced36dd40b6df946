"""Attention rows."""
import torch

from mmpartseg.models.losses import class_attention_maps
from mmpartseg.models.losses.attention_maps import ClassAttention
from mmpartseg.models.losses.token_shares import nearest_shares

IGNORE, GRID, GAMMA, TEMPERATURE = 255, (4, 5), 0.3, 0.1
PART_OF, OBJECT_OF = [0, 1, 0, 2], [0, 0, 1, 1]  # four classes of three parts and two objects


def scene(name):
    """Part maps (h, w) of two images."""
    maps = torch.full((2, *GRID), IGNORE)
    if name == 'one part':
        maps[0, 1:3, 2] = 2
    elif name == 'full coverage':
        maps[0], maps[1] = 1, 3
        maps[0, :, 3:] = 0
    elif name == 'two objects of the same kind':  # both heads are one class
        maps[0, 0, :2], maps[0, 3, 3:] = 0, 0
        maps[0, 1, :2], maps[0, 2, 3:] = 1, 1
        maps[1, 0, 0] = 3
    elif name == 'one image without a part':
        maps[0, 0, :2], maps[0, 1], maps[0, 2:, 1:4] = 0, 2, 3
    return maps


def attention_rows(seed=0):
    """Softmax attention (N, conditions, hw, hw), conditions: three parts, then two objects."""
    tokens = GRID[0] * GRID[1]
    generator = torch.Generator().manual_seed(seed)
    logits = 2 * torch.randn(2, 5, tokens, tokens, generator=generator, dtype=torch.double)
    return logits.requires_grad_()


def vectorised(logits, part_map):
    masks = nearest_shares(part_map, GRID, len(PART_OF), IGNORE) > 0
    cls = part_map.where(part_map != IGNORE, 0).flatten(1)
    image, token = torch.arange(len(cls))[:, None], torch.arange(cls.shape[1])
    rows = logits.softmax(-1)
    attention = (rows[image, torch.tensor(PART_OF)[cls], token]
                 + rows[image, 3 + torch.tensor(OBJECT_OF)[cls], token])
    return ClassAttention(class_attention_maps(attention, masks), masks)
