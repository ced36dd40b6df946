"""Some classes (or places) at a time: what is computed of them stays in a CPU's caches.

Without gradients no inner activation is there for all of them, either.
"""
import torch

# what the widest activation of a block may take: a CPU's caches; elsewhere enough work for the device
BLOCK_BYTES = {'cpu': 8 * 2**20}
DEFAULT_BLOCK_BYTES = 512 * 2**20


def in_blocks(function, x, numbers):
    """``function(x)``, for a block of classes at a time.

    Args:
        function (Callable): (N, T, …) -> (N, T, …), for any T: classes, or whatever else does not
            depend on the others.
        x (Tensor): (N, T, …).
        numbers (int): how many numbers the widest activation holds for one class of one image.
    """
    size = block_size(x, numbers)
    if torch.compiler.is_compiling() or size >= x.shape[1]:
        return function(x)
    if torch.is_grad_enabled():
        return torch.cat([function(block) for block in x.split(size, dim=1)], 1)
    result, start = None, 0
    for block in x.split(size, dim=1):
        out = function(block)
        if result is None:
            result = out.new_empty(len(out), x.shape[1], *out.shape[2:])
        result[:, start:start + size] = out
        start += size
    return result


def block_size(x, numbers):
    """Classes whose widest activation fits the budget; at least 1."""
    budget = BLOCK_BYTES.get(x.device.type, DEFAULT_BLOCK_BYTES)
    return max(1, budget // max(1, len(x) * numbers * x.element_size()))
