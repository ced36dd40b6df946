"""Whether weights are still those for which something was computed and kept."""
import torch

PROBES = 4  # numbers of a weight that are compared


def weights_state(weights):
    """What is another one once weights have changed.

    torch counts changes in place, but not those by ``weight.data``, a fused optimizer or NumPy: these show in
    a few numbers of each weight. Where gradients are recorded, no number is asked of an accelerator.

    Args:
        weights (Iterable[Tensor]): parameters and buffers.

    Returns:
        tuple: to be compared.
    """
    state, probes = [], {}
    for x in weights:
        state.append((x.dtype, x.device, x.data_ptr(), 0 if x.is_inference() else x._version))
        probes.setdefault(state[-1][:2], []).append(few_numbers(x, PROBES))
    numbers = [] if torch.is_grad_enabled() else [torch.cat(each).tolist() for each in probes.values()]
    return state, numbers


def few_numbers(x, count):
    """At most so many numbers of a tensor, far apart."""
    return x.detach().flatten()[::max(1, -(-x.numel() // count))]
