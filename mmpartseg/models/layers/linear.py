"""Linear layers in half the time on AMD's processors."""
import torch
import torch.nn.functional as F
from torch import nn

IMAGES = 16  # of as many and more, torch gives 1×1 convolutions to oneDNN, whatever the threads
FEWEST = 256  # rows that are worth it


class Linear(nn.Linear):
    """``nn.Linear`` through :func:`linear`."""

    def forward(self, x):
        """(…, C) -> (…, C')."""
        return linear(x, self.weight, self.bias)


def linear(x, weight, bias=None):
    """``F.linear`` of (…, C); in float32 on a CPU as a 1×1 convolution, which is the same.

    torch gives float32 products of matrices to MKL, which uses half the width of an AMD processor, and
    convolutions to oneDNN, which uses all of it.
    """
    if (torch.compiler.is_compiling() or x.device.type != 'cpu' or x.dtype != torch.float32
            or torch.is_autocast_enabled('cpu') or (rows := x.shape[:-1].numel()) < FEWEST):
        return F.linear(x, weight, bias)
    images = x.reshape(rows, -1)
    if rows % IMAGES:
        images = F.pad(images, (0, 0, 0, -rows % IMAGES))
    images = images.unflatten(0, (IMAGES, 1, -1)).permute(0, 3, 1, 2)
    out = F.conv2d(images, weight[:, :, None, None], bias).permute(0, 2, 3, 1)  # as it lies in memory
    return out.reshape(-1, len(weight))[:rows].view(*x.shape[:-1], -1)


def use_linear(module):
    """Let the ``nn.Linear`` layers of somebody else's module be :class:`Linear`; returns the module."""
    for layer in module.modules():
        if type(layer) is nn.Linear:
            layer.__class__ = Linear
    return module
