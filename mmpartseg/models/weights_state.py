"""Whether weights are still those for which something was computed and kept."""
import torch

PROBES = 4  # numbers of a weight that are compared


def weights_state(weights, with_numbers):
    """What is another one once weights have changed.

    torch counts changes in place, but not those by ``weight.data``, a fused optimizer or NumPy: these show in
    a few numbers of each weight.

    Args:
        weights (Iterable[Tensor]): parameters and buffers.
        with_numbers (bool): whether to look at these, for which an accelerator is waited for.

    Returns:
        tuple: to be compared.
    """
    state, probes = [], {}
    for x in weights:
        state.append((x.dtype, x.device, x.data_ptr(), 0 if x.is_inference() else x._version))
        if with_numbers and not x.is_meta:
            probes.setdefault(state[-1][:2], []).append(few_numbers(x, PROBES))
    return state, [torch.cat(each).tolist() for each in probes.values()]


def few_numbers(x, count):
    """At most so many numbers of a tensor, far apart."""
    return x.detach().flatten()[::max(1, -(-x.numel() // count))]
