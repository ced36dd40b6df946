"""A transposed convolution and the convolution after it as one, in less than half the multiplications."""
import torch
import torch.nn.functional as F

# where the three taps of a convolution fall, for the two phases of doubled rows (or columns): which of
# the phase's two inputs, and which of the transposed convolution's two taps
TAPS = (((0, 1), (1, 0), (1, 1)), ((0, 0), (0, 1), (1, 0)))


def composed_kernel(up, conv):
    """One kernel for each phase of the output.

    Args:
        up (Tensor): (C, M, 2, 2) of the transposed convolution, stride 2.
        conv (Tensor): (C', M, 3, 3) of the convolution, padding 1.

    Returns:
        Tensor: (4·C', C, 2, 2); the phase (row, column) is the slower of the first axis's parts.
    """
    kernel = up.new_zeros(2, 2, conv.shape[0], up.shape[0], 2, 2)
    products = torch.einsum('cmuv,omyx->yxuvoc', up, conv)
    for a, rows in enumerate(TAPS):
        for b, columns in enumerate(TAPS):
            for y, (r, u) in enumerate(rows):
                for x, (s, v) in enumerate(columns):
                    kernel[a, b, :, :, r, s] += products[y, x, u, v]
    return kernel.flatten(0, 2)


def upsampled_and_convolved(x, up, up_bias, conv, beside):
    """``conv2d(cat([conv_transpose2d(x, up, up_bias, stride=2), beside], 1), conv, padding=1)``.

    With gradients that is what is done: rounding of another kind turns some ReLUs after it the other
    way, which a gradient shows.

    Args:
        x (Tensor): (N, T, C, h, w).
        up, up_bias (Tensor): (C, M, 2, 2), (M,).
        conv (Tensor): (C', M + G, 3, 3).
        beside (Tensor): (N, G, 2h, 2w), the same for all T; it is convolved once.

    Returns:
        Tensor: (N, T, C', 2h, 2w).
    """
    if torch.is_grad_enabled():
        return separately(x, up, up_bias, conv, beside)
    (n, t), (h, w), middle = x.shape[:2], x.shape[3:], up.shape[1]
    bias_map = up_bias[None, :, None, None].expand(1, -1, 2 * h, 2 * w)
    shared = F.conv2d(torch.cat([bias_map.expand(n, -1, -1, -1), beside], 1), conv, padding=1)
    phases = F.conv2d(x.flatten(0, 1), composed_kernel(up, conv[:, :middle]), padding=1)
    phases = phases.permute(0, 2, 3, 1).unflatten(3, (2, 2, -1))  # NT x h+1 x w+1 x 2 x 2 x C'
    rows = [torch.stack([phases[:, a:a + h, b:b + w, a, b] for b in (0, 1)], 3) for a in (0, 1)]
    out = torch.stack(rows, 2).flatten(3, 4).flatten(1, 2)  # NT x 2h x 2w x C'
    return (out.unflatten(0, (n, t)) + shared.permute(0, 2, 3, 1)[:, None]).permute(0, 1, 4, 2, 3)


def separately(x, up, up_bias, conv, beside):
    """:func:`upsampled_and_convolved`, word for word."""
    n, t = x.shape[:2]
    x = F.conv_transpose2d(x.flatten(0, 1), up, up_bias, stride=2).unflatten(0, (n, t))
    x = torch.cat([x, beside[:, None].expand(-1, t, -1, -1, -1)], 2)
    return F.conv2d(x.flatten(0, 1), conv, padding=1).unflatten(0, (n, t))
