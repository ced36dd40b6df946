"""How many small operations, launches and waits a call asks for."""
import collections
import warnings

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from mmpartseg.benchmark.measure import synchronize
from mmpartseg.benchmark.subjects import draw_batch, network_side

LAUNCHES = ('cudaLaunchKernel', 'cudaLaunchKernelExC', 'cuLaunchKernel', 'cuLaunchKernelEx')
SIZE, TRAINING_BATCH = (375, 500), 8
WAITS = 'called a synchronizing CUDA operation'  # torch's words


def rows(setup):
    """Name, seconds needed, function of each row."""
    calls = dict(
        prediction=lambda: setup.prediction(1, label_size=SIZE), network=lambda: network(setup),
        decision=lambda: decision(setup), training=lambda: setup.training(TRAINING_BATCH))
    for name, make in calls.items():
        yield name, 5, lambda make=make: counts(make(), setup.device)
    for name, make in calls.items():
        yield f'launches of {name}', 5, lambda make=make: launches(make(), setup.device)


def drawn(setup):
    """One image and its sample, at the size of a photograph."""
    model = setup.model.eval()
    return draw_batch(setup.options(1), network_side(setup.cfg, setup.args), SIZE, model.taxonomy,
                      model.decode_head.ignore_index, setup.device)


def network(setup):
    """A call from an image to all logits."""
    images, _ = drawn(setup)

    def run():
        with torch.inference_mode():
            return setup.model(images, mode='tensor').scores
    return run


def decision(setup):
    """A call from logits to label maps, where every object wins somewhere."""
    _, samples = drawn(setup)
    logits = torch.randn_like(network(setup)())

    def run():
        with torch.inference_mode():
            return setup.model.postprocess(logits, samples)
    return run


class OperationCounter(TorchDispatchMode):
    """Counts what computes or copies; a view does neither."""

    def __init__(self):
        super().__init__()
        self.number = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        self.number += not function.is_view
        return function(*args, **(kwargs or {}))


def operations(function):
    """Operations of one call, those of the backward pass included."""
    with OperationCounter() as counter:
        function()
    return counter.number


def waits(function, module):
    """How often a call made the host wait for the device, by the line that did.

    Args:
        function (Callable): the call.
        module: torch's of the device.
    """
    module.set_sync_debug_mode('warn')
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter('always')
            function()
    finally:
        module.set_sync_debug_mode('default')
    return collections.Counter(
        f'{"/".join(each.filename.split("/")[-2:])}:{each.lineno}'
        for each in caught if WAITS in str(each.message))


def counts(function, device):
    """Operations of a call, and waits where the device counts them."""
    function()  # text is encoded, tables are made
    row = dict(operations=operations(function))
    module = None if device.type == 'cpu' else torch.get_device_module(device)
    if hasattr(module, 'set_sync_debug_mode'):
        places = waits(function, module)
        row.update(waits=places.total(), where=dict(places.most_common(6)))
    return row


def launches(function, device):
    """Launches of a call as the profiler sees them, and the time the device was busy."""
    activities = [torch.profiler.ProfilerActivity.CPU]
    if device.type != 'cpu':
        activities.append(torch.profiler.ProfilerActivity.CUDA)
    function()
    synchronize(device)
    with torch.profiler.profile(activities=activities) as profile:
        function()
        synchronize(device)
    return launches_of(profile.key_averages())


def launches_of(events):
    """Launches, kernels with the most time, and the time of all, from a profile's averages."""
    kernels = [e for e in events if e.device_type != torch.autograd.DeviceType.CPU]
    slowest = sorted(kernels, key=lambda e: -e.self_device_time_total)[:5]
    return dict(
        launches=sum(e.count for e in events if e.key in LAUNCHES),
        device_milliseconds=sum(e.self_device_time_total for e in kernels) / 1e3,
        slowest={e.key[:60]: round(e.self_device_time_total / 1e3, 3) for e in slowest})
