"""Which operators the time of one function goes to."""
import re
import time

from torch.profiler import ProfilerActivity, profile

# by torch's names; the first that matches counts
FAMILIES = {
    'matrix products': r'mkldnn::_linear|aten::(mm|addmm|bmm|baddbmm)(_|$)',
    'attention': r'aten::_scaled_dot_product',
    'convolutions': r'aten::.*convolution|aten::mkldnn_conv|mkldnn::_conv',
    'norms and softmax': r'aten::.*(layer_norm|batch_norm|group_norm|softmax)',
    'resizing': r'aten::_?upsample|aten::.*pool',
    'optimizer and clipping': r'aten::_(fused|foreach)_',
    'copies': r'aten::(copy|cat|index|gather|scatter|constant_pad|fill|zero|embedding)',
    'sums and extremes': r'aten::(sum|mean|amax|amin|max|min|argmax|cumsum|.*norm)(_|$)',
    'element by element': r'aten::|mkldnn::',
    'functions of Python and autograd': r'',
}
BETWEEN = 'between operators'


def family_of(operator):
    """The key of ``FAMILIES`` that an operator's name is of; the last is of what is no operator of torch."""
    return next(name for name, pattern in FAMILIES.items() if re.match(pattern, operator))


def breakdown(function):
    """Time of one call on the CPU by families of operators, as torch's profiler sees it.

    It watches every operator, so that the call is slower than others, and more so the smaller its operators.

    Returns:
        dict[str, dict]: by family, the costliest first: ``seconds`` in operators themselves, not in those
        that they call; ``share`` of the watched call; ``calls``. ``'between operators'`` is what is left of
        the call's time.
    """
    with profile(activities=[ProfilerActivity.CPU], acc_events=True) as watched:
        start = time.perf_counter()
        function()
        total = time.perf_counter() - start
    found = {}
    for each in watched.key_averages():
        row = found.setdefault(family_of(each.key), dict(seconds=0., calls=0))
        row['seconds'] += each.self_cpu_time_total / 1e6
        row['calls'] += each.count
    own = sum(row['seconds'] for row in found.values())
    total = max(total, own)  # by two clocks
    found[BETWEEN] = dict(seconds=total - own, calls=0)
    rows = sorted(found.items(), key=lambda item: -item[1]['seconds'])
    return {name: dict(seconds=row['seconds'], share=row['seconds'] / total, calls=row['calls'])
            for name, row in rows}
