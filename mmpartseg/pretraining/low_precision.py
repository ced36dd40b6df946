"""Products in bfloat16 on processors that have them."""
from contextlib import contextmanager

import torch
from mmengine.optim import OptimWrapper
from mmseg.registry import OPTIM_WRAPPERS

from ..compat import cpu_multiplies_bfloat16


def multiplies_bfloat16(device):
    """Whether products in bfloat16 are faster than in float32 on a type of device: of CPUs those that have
    AVX-512 BF16 or AMX."""
    return device != 'cpu' or cpu_multiplies_bfloat16()


@OPTIM_WRAPPERS.register_module()
class BFloat16OptimWrapper(OptimWrapper):
    """mmengine's wrapper under autocast to bfloat16 where the processor multiplies it, else in float32.

    mmengine's ``AmpOptimWrapper`` is for accelerators alone. Losses are not scaled, as bfloat16 has
    float32's range. The arguments are those of ``OptimWrapper``.
    """

    @contextmanager
    def optim_context(self, model):
        """Of one forward pass."""
        device = next(model.parameters()).device.type
        with super().optim_context(model), torch.autocast(
                device, torch.bfloat16, enabled=multiplies_bfloat16(device)):
            yield
