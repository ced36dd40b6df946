"""Tests of tensors on another device: ``MMPARTSEG_TEST_DEVICE=cuda python -m pytest FILES``.

For the files that docs/running.md names, which are written without a device.
"""
import os

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._device import _device_constructors

VARIABLE = 'MMPARTSEG_TEST_DEVICE'


class CreatedOn(TorchFunctionMode):
    """New tensors lie on a device, with the values that they have on the CPU.

    ``torch.set_default_device`` would draw other numbers there, and refuse the generators of tests.
    """

    def __init__(self, device):
        super().__init__()
        self.device, self.constructors = torch.device(device), _device_constructors()

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if function not in self.constructors or kwargs.get('device') is not None:
            return function(*args, **kwargs)
        if any(torch.is_tensor(value) for value in args):  # torch.as_tensor keeps the place of a tensor
            return function(*args, **kwargs)
        requires_grad = kwargs.pop('requires_grad', False)
        return function(*args, **kwargs).to(self.device).requires_grad_(requires_grad)


def use_test_device():
    """From here on, if the variable is set; float32 without TF32. The mode, or None."""
    device = os.environ.get(VARIABLE)
    if not device:
        return None
    torch.backends.cudnn.allow_tf32 = False
    return CreatedOn(device).__enter__()
