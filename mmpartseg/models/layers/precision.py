"""Automatic mixed precision, on devices that know it and on others."""
import contextlib

import torch


def autocast_dtype(device):
    """The dtype of autocast on a type of device, such as ``'cpu'``; None while it is off."""
    # the compiler cannot ask the first, and compiles for no device without autocast
    known = torch.compiler.is_compiling() or torch.amp.is_autocast_available(device)
    if known and torch.is_autocast_enabled(device):
        return torch.get_autocast_dtype(device)
    return None


def without_autocast(device):
    """A context in which operations on a type of device keep the dtype of their inputs."""
    if autocast_dtype(device) is None:
        return contextlib.nullcontext()
    return torch.autocast(device, enabled=False)
