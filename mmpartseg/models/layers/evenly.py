"""Sizes of pieces that do not let a result depend on how much there is besides.

For few rows, BLAS and oneDNN take other kernels, which round otherwise. A label map must be the same
whichever classes are decoded beside its own.
"""
import torch
import torch.nn.functional as F

ROWS = 16  # of a linear layer on conditions


def even_size(count, most):
    """The size of pieces of at most ``most``, as few and as even as possible: no piece is tiny.

    >>> [even_size(count, 16) for count in (5, 16, 17, 40)]
    [5, 16, 9, 14]
    """
    return -(-count // max(1, -(-count // most)))


def linear_by_rows(layer, x):
    """``layer(x)`` of (n, D), on as many rows at a time whatever n is.

    Args:
        layer (nn.Linear): D to F.
        x (Tensor): (n, D).

    Returns:
        Tensor: (n, F).
    """
    padded = F.pad(x, (0, 0, 0, -len(x) % ROWS))
    return torch.cat([layer(rows) for rows in padded.split(ROWS)])[:len(x)]
