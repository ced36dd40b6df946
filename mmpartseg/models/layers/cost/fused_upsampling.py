"""A transposed convolution and the convolution after it as one, in less than half the multiplications."""
from functools import partial

import torch
import torch.nn.functional as F

# [a, r, y, u] is 1 where tap y of the convolution in phase a of the doubled rows (or columns) falls on tap u
# of the transposed convolution of the phase's input r
PLACES = [[[[0, 1], [0, 0], [0, 0]], [[0, 0], [1, 0], [0, 1]]],
          [[[1, 0], [0, 1], [0, 0]], [[0, 0], [0, 0], [1, 0]]]]


def composed_kernel(up, conv):
    """One kernel for each phase of the output.

    Args:
        up (Tensor): (C, M, 2, 2) of the transposed convolution, stride 2.
        conv (Tensor): (C', M, 3, 3) of the convolution, padding 1.

    Returns:
        Tensor: (4·C', C, 2, 2); the phase (row, column) is the slower of the first axis's parts.
    """
    places = up.new_tensor(PLACES)
    rows = torch.einsum('omyx,aryu->omxaru', conv, places)
    both = torch.einsum('omxaru,bsxv->omarubsv', rows, places)
    return torch.einsum('omarubsv,cmuv->abocrs', both, up).flatten(0, 2)


def upsampling(up, up_bias, conv, beside):
    """``x -> conv2d(cat([conv_transpose2d(x, up, up_bias, stride=2), beside], 1), conv, padding=1)``.

    What is the same for every x is computed here. With gradients that is what is done: rounding of another
    kind turns some ReLUs after it the other way, which a gradient shows.

    Args:
        up, up_bias (Tensor): (C, M, 2, 2), (M,).
        conv (Tensor): (C', M + G, 3, 3).
        beside (Tensor): (N, G, 2h, 2w), the same for all T.

    Returns:
        Callable: from (N, T, C, h, w) to (N, T, C', 2h, 2w).
    """
    if torch.is_grad_enabled():
        return partial(separately, up=up, up_bias=up_bias, conv=conv, beside=beside)
    middle = up.shape[1]
    bias_map = up_bias[None, :, None, None].expand(len(beside), -1, *beside.shape[2:])
    shared = F.conv2d(torch.cat([bias_map, beside], 1), conv, padding=1)
    return partial(together, kernel=composed_kernel(up, conv[:, :middle]), shared=shared)


def together(x, kernel, shared):
    """:func:`upsampling` in one convolution and a sum."""
    (n, t), (h, w) = x.shape[:2], x.shape[3:]
    phases = F.conv2d(x.flatten(0, 1), kernel, padding=1)
    phases = phases.permute(0, 2, 3, 1).unflatten(3, (2, 2, -1))  # NT x h+1 x w+1 x 2 x 2 x C'
    rows = [torch.stack([phases[:, a:a + h, b:b + w, a, b] for b in (0, 1)], 3) for a in (0, 1)]
    out = torch.stack(rows, 2).flatten(3, 4).flatten(1, 2)  # NT x 2h x 2w x C'
    return (out.unflatten(0, (n, t)) + shared.permute(0, 2, 3, 1)[:, None]).permute(0, 1, 4, 2, 3)


def separately(x, up, up_bias, conv, beside):
    """:func:`upsampling` of x, word for word."""
    n, t = x.shape[:2]
    x = F.conv_transpose2d(x.flatten(0, 1), up, up_bias, stride=2).unflatten(0, (n, t))
    x = torch.cat([x, beside[:, None].expand(-1, t, -1, -1, -1)], 2)
    return F.conv2d(x.flatten(0, 1), conv, padding=1).unflatten(0, (n, t))
