"""Attention between the classes at one place."""
import torch.nn.functional as F


def linear_attention(q, k, v, extra=None):
    """φ(q)·Σφ(k)v / φ(q)·Σφ(k) with φ = elu + 1 (the kernel of linear transformers).

    Args:
        q, k, v (Tensor): (B, heads, T, d).
        extra (tuple, optional): a key and a value (heads, d) that are there ``count`` times more, and
            ``count``.

    Returns:
        Tensor: (B, heads, T, d).
    """
    q, k = F.elu(q) + 1, F.elu(k) + 1
    total, values = k.sum(2), k.mT @ v  # B x heads x d, B x heads x d x d
    if extra is not None:
        key, value, count = extra
        key = (F.elu(key) + 1) * count
        total = total + key
        values = values + key[..., None] * value[..., None, :]
    return (q @ values) / ((q @ total[..., None]) + 1e-6)


def query_attention(q, k, v, extra=None):
    """Softmax over queries, then normalised over keys: each key divides itself among the queries."""
    scores = q @ (k * k.shape[-1]**-0.5).mT  # B x heads x T x T
    shares = scores.softmax(2) + 1e-8
    return (shares / shares.sum(3, keepdim=True)) @ v


CLASS_ATTENTION = dict(linear=linear_attention, query=query_attention)
