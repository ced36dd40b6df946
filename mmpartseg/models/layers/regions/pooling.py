"""Mean features of the regions of a label map."""
import torch


def cell_presence(labels, cell, num_labels):
    """Which labels each cell of a grid holds: every label's mask, max-pooled.

    Args:
        labels (Tensor): (M, H, W) int64 in 0…num_labels; num_labels itself means none.
        cell (int): side of a cell in pixels; H and W are multiples of it.
        num_labels (int): R.

    Returns:
        Tensor: (M, R, hw) bool.
    """
    cells = labels.unfold(1, cell, cell).unfold(2, cell, cell).flatten(3).flatten(1, 2)  # M x hw x pixels
    presence = torch.zeros(*cells.shape[:2], num_labels + 1, dtype=torch.bool, device=labels.device)
    return presence.scatter_(2, cells, True)[..., :num_labels].transpose(1, 2)


def region_means(tokens, presence):
    """(M, R, D): means of the tokens (M, hw, D) over the cells of each region (M, R, hw)."""
    weights = presence.to(tokens.dtype)
    return weights @ tokens / (weights.sum(-1, keepdim=True) + 1e-6)
