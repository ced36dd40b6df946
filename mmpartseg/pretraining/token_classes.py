"""What each image token shows, told without words: an auxiliary loss for the image tower."""
import torch.nn.functional as F
from torch import nn

from ..models.losses.token_shares import area_shares


class TokenClasses(nn.Module):
    """A linear classification of the tokens, by kind of thing (or none) and by part.

    It teaches the tower what is where at a hundredth of the cost of decoding words, so that a step
    may show many more pictures. Nothing reads it after training.

    Args:
        channels (int): C, width of the features.
        num_kinds, num_parts (int): classes.
    """

    def __init__(self, channels, num_kinds, num_parts):
        super().__init__()
        self.norm = nn.LayerNorm(channels)
        self.kinds = nn.Linear(channels, num_kinds + 1)
        self.parts = nn.Linear(channels, num_parts)

    def loss(self, features, kind_map, part_map, none):
        """Cross-entropy against the shares of a token's pixels.

        Args:
            features (Tensor): (N, C, h, w).
            kind_map, part_map (Tensor): (N, H, W) int64 classes; ``none`` where there is no thing, or
                no known part.

        Returns:
            dict[str, Tensor]: ``loss_token_kind``, the mean over tokens, with "none" as one more kind;
            ``loss_token_part``, the mean over what shows known parts.
        """
        grid = tuple(features.shape[2:])
        tokens = self.norm(features.flatten(2).transpose(1, 2))
        kinds = area_shares(kind_map, grid, self.kinds.out_features - 1, none).flatten(2)
        parts = area_shares(part_map, grid, self.parts.out_features, none).flatten(2)
        every, known = (F.log_softmax(layer(tokens).float(), 2).transpose(1, 2)
                        for layer in (self.kinds, self.parts))
        nothing = (1 - kinds.sum(1)) * every[:, -1]
        return dict(
            loss_token_kind=-((kinds * every[:, :-1]).sum(1) + nothing).mean(),
            loss_token_part=-(parts * known).sum() / parts.sum().clamp(min=1))
