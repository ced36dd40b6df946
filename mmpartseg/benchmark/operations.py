"""Floating-point operations of one function."""
import math

import torch
from torch.utils.flop_counter import FlopCounterMode, sdpa_backward_flop_count, sdpa_flop_count


def _attention(query, key, value, *args, out_shape=None, **kwargs):
    return sdpa_flop_count(query, key, value)


def _attention_backward(grad, query, key, value, *args, out_shape=None, **kwargs):
    return sdpa_backward_flop_count(grad, query, key, value)


def _linear(x, weight, *args, out_shape=None, **kwargs):
    return 2 * math.prod(x) * weight[0]


# torch counts the fused attention of other devices only, and no linear layer of oneDNN
CPU_OPERATIONS = {
    torch.ops.mkldnn._linear_pointwise: _linear,
    torch.ops.aten._scaled_dot_product_flash_attention_for_cpu: _attention,
    torch.ops.aten._scaled_dot_product_flash_attention_for_cpu_backward: _attention_backward}


def count_flops(function):
    """Floating-point operations of one call, by torch's counter (two per multiply-add).

    Matrix products, convolutions and attention count. Fused inference kernels are switched off for
    this one call, because the counter does not see into them.
    """
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with FlopCounterMode(display=False, custom_mapping=CPU_OPERATIONS) as counter:
            function()
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)
    return counter.get_total_flops()
