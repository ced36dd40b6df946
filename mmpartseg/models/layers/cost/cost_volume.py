"""How much each place looks like each prompt."""
import torch
import torch.nn.functional as F


def cost_volume(features, text):
    """Cosine similarity of every token and every prompt.

    Args:
        features (Tensor): (N, D, h, w) of the image.
        text (Tensor): (N or 1, T, p, D) embeddings of p prompts for T classes; or (T, p, D).

    Returns:
        Tensor: (N, T, p, h, w).
    """
    features, text = F.normalize(features, dim=1), F.normalize(text, dim=-1)
    if text.dim() == 3:
        text = text[None]
    cost = torch.matmul(text.flatten(1, 2), features.flatten(2))  # N x Tp x hw
    return cost.unflatten(1, text.shape[1:3]).unflatten(3, features.shape[2:])


def likeliest_classes(features, text, count):
    """(N, count) int64: the classes with the largest cosine anywhere in each image."""
    peaks = cost_volume(features, text).flatten(2).amax(2)  # N x T
    return peaks.topk(count, dim=1, sorted=False).indices
