"""A transposed convolution and the convolution after it as one, in less than half the multiplications."""
from functools import partial

import torch
import torch.nn.functional as F

from ..precision import without_autocast

# numbers of x for which a kernel is composed in training: few cost little, and word for word they round as
# the released code does, which decides the ReLUs of nearly nothing when gradients are compared with its own
FEWEST = 2**20
# [t, k, a] is 1 where tap k of the convolution meets tap a of the transposed convolution at tap t of both
TAPS = [[[float(t == a - k + 2) for a in range(2)] for k in range(3)] for t in range(4)]


def composed_kernel(up, conv):
    """The kernel of both, for stride 2 and padding 1.

    Args:
        up (Tensor): (C, M, 2, 2) of the transposed convolution, stride 2.
        conv (Tensor): (C', M, 3, 3) of the convolution, padding 1.

    Returns:
        Tensor: (C, C', 4, 4) of a transposed convolution.
    """
    taps = up.new_tensor(TAPS)
    with without_autocast(up.device.type):
        rows = torch.einsum('omkl,tka->omtla', conv, taps)
        both = torch.einsum('omtla,slb->omtsab', rows, taps)
        return torch.einsum('omtsab,cmab->cots', both, up)


def upsampling(up, up_bias, conv, beside, numbers=FEWEST):
    """``x -> conv2d(cat([conv_transpose2d(x, up, up_bias, stride=2), beside], 1), conv, padding=1)``.

    What is the same for every x is computed here.

    Args:
        up, up_bias (Tensor): (C, M, 2, 2), (M,).
        conv (Tensor): (C', M + G, 3, 3).
        beside (Tensor): (N, G, 2h, 2w), the same for all T.
        numbers (int): of all x that the function will be called with, see ``FEWEST``.

    Returns:
        Callable: from (N, T, C, h, w) to (N, T, C', 2h, 2w).
    """
    if torch.is_grad_enabled() and numbers < FEWEST:
        return partial(separately, up=up, up_bias=up_bias, conv=conv, beside=beside)
    middle = up.shape[1]
    bias_map = up_bias[None, :, None, None].expand(len(beside), -1, *beside.shape[2:])
    shared = F.conv2d(torch.cat([bias_map, beside], 1), conv, padding=1)
    shared = shared.contiguous(memory_format=torch.channels_last)  # as what it is added to
    return partial(together, kernel=composed_kernel(up, conv[:, :middle]), shared=shared)


def together(x, kernel, shared):
    """:func:`upsampling` in one transposed convolution and a sum."""
    n, t = x.shape[:2]
    x = F.conv_transpose2d(x.flatten(0, 1), kernel, stride=2, padding=1)
    # in place on what is no view, whose gradient is a copy
    return x.add_(shared[:, None].expand(-1, t, -1, -1, -1).flatten(0, 1)).unflatten(0, (n, t))


def separately(x, up, up_bias, conv, beside):
    """:func:`upsampling` of x, word for word."""
    n, t = x.shape[:2]
    x = F.conv_transpose2d(x.flatten(0, 1), up, up_bias, stride=2).unflatten(0, (n, t))
    x = torch.cat([x, beside[:, None].expand(-1, t, -1, -1, -1)], 2)
    return F.conv2d(x.flatten(0, 1), conv, padding=1).unflatten(0, (n, t))
