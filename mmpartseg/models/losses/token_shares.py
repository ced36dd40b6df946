"""Which tokens show a class, and how much of it: labels at the token resolution (Eq. 6).

No size depends on labels, so that an accelerator is not waited for.
"""
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

FEWEST_PAIRS = 128  # of an image, where there are so many


class TokenPairs(NamedTuple):
    """The pairs of a class and a token that are attended, T of each image.

    Attributes:
        classes, tokens (Tensor): (N, T) int64.
        shares (Tensor): (N, T), from 0 on.
    """
    classes: Tensor
    tokens: Tensor
    shares: Tensor

    def weights(self, num_classes):
        """(N, K, T): the shares in the row of their class, zeros elsewhere."""
        own = self.classes[:, None] == torch.arange(num_classes, device=self.classes.device)[:, None]
        return own * self.shares[:, None]


def area_shares(part_map, grid, num_classes, ignore_index):
    """The share of each token's pixels that belong to each class; no labelled class is lost.

    Args:
        part_map (Tensor): (N, H, W) int64; ``ignore_index`` and values from K on are of no class.
        grid (tuple[int, int]): (h, w) tokens; a pixel belongs to the one that its centre lies in.
        num_classes (int): K.
        ignore_index (int): see above.

    Returns:
        Tensor: (N, K, h, w) in 0…1.
    """
    n, tokens = len(part_map), grid[0] * grid[1]
    rows, columns = (_token_of_pixel(pixels, tokens_along, part_map.device)
                     for pixels, tokens_along in zip(part_map.shape[1:], grid))
    token = rows[:, None] * grid[1] + columns
    image = torch.arange(n, device=part_map.device)[:, None, None]
    none = (part_map == ignore_index) | (part_map >= num_classes)
    index = (image * (num_classes + 1) + part_map.masked_fill(none, num_classes)) * tokens + token
    counts = index.new_zeros(n * (num_classes + 1) * tokens)
    counts.index_add_(0, index.flatten(), counts.new_ones(1).expand(index.numel()))
    counts = counts.view(n, num_classes + 1, *grid)
    return counts[:, :-1] / counts.sum(1, keepdim=True).clamp(min=1)


def _token_of_pixel(pixels, tokens, device):
    centre = 2 * torch.arange(pixels, device=device) + 1
    return centre * tokens // (2 * pixels)


def nearest_shares(part_map, grid, num_classes, ignore_index):
    """1 where a token's one sampled pixel shows the class, as in the released implementation.

    Arguments and result as of :func:`area_shares`. Parts between the sampled pixels are lost.
    """
    sampled = F.interpolate(part_map[:, None].double(), size=tuple(grid), mode='nearest')[:, 0].long()
    sampled = sampled.masked_fill(sampled == ignore_index, num_classes)
    return (sampled[:, None] == torch.arange(num_classes, device=sampled.device)[:, None, None]).float()


TOKEN_SHARES = dict(area=area_shares, nearest=nearest_shares)


def attended_pairs(shares):
    """The pairs to attend: all of them where there is room, else those with the largest shares.

    There is room for two per token, which no photograph has filled yet, and always for the token
    that shows most of a class.

    Args:
        shares (Tensor): (N, K, h, w) in 0…1.

    Returns:
        TokenPairs: some of share 0, where there are fewer.
    """
    flat = shares.flatten(2)
    num_classes, tokens = flat.shape[1:]
    number = min(num_classes * tokens, max(2 * tokens, num_classes, FEWEST_PAIRS))
    most = torch.arange(tokens, device=shares.device) == flat.argmax(2, keepdim=True)
    rank = flat + (most & (flat > 0))
    pair = rank.flatten(1).topk(number, sorted=False).indices
    return TokenPairs(pair // tokens, pair % tokens, flat.flatten(1).gather(1, pair))
