"""Time and memory of one function, and its share of what the machine can do."""
import contextlib
import ctypes
import gc
import resource
import statistics
import time
from pathlib import Path

import torch

from ..models.layers.linear import linear
from .operations import count_flops

# of the matrix product that stands for the peak: an accelerator needs a larger one
MATRIX_SIDE = {'cpu': 2048}
DEFAULT_MATRIX_SIDE = 8192


def synchronize(device):
    """Wait for what was started on an accelerator."""
    if device.type != 'cpu':
        torch.get_device_module(device).synchronize(device)


class Memory:
    """Peak memory of this process beyond what it holds when this object is made, in bytes.

    On a CPU it is the resident set; on an accelerator what torch's allocator gave out.
    """

    def __init__(self, device):
        self.device = device
        gc.collect()
        self.bare = self._now()

    def restart(self):
        """Forget the peak so far; on a CPU also what the allocator holds but nobody uses."""
        gc.collect()
        if self.device.type != 'cpu':
            torch.get_device_module(self.device).reset_peak_memory_stats(self.device)
            return
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)  # glibc
        try:
            Path('/proc/self/clear_refs').write_text('5')  # Linux: peak := present
        except OSError:
            pass  # the peak is then that of the whole process, model building included

    def held(self):
        """Bytes held now, beyond the bare process."""
        gc.collect()
        return self._now() - self.bare

    def peak(self):
        """Highest number of bytes since :meth:`restart`, beyond the bare process."""
        if self.device.type == 'cpu':
            return (_status('VmHWM') or _maximum()) - self.bare
        return torch.get_device_module(self.device).max_memory_allocated(self.device) - self.bare

    def _now(self):
        if self.device.type == 'cpu':
            return _status('VmRSS') or _maximum()
        return torch.get_device_module(self.device).memory_allocated(self.device)


def _status(key):
    """A line of Linux's account of this process, in bytes; None elsewhere."""
    path = Path('/proc/self/status')
    lines = path.read_text().splitlines() if path.exists() else ()
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(key + ':')), None)


def _maximum():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def timed(function, device, warmup, repeats):
    """Run a function several times.

    Returns:
        dict: ``seconds`` (median), ``fastest``, ``slowest``, ``cpu_seconds`` (median of this
        process's own time on all cores, which other programs disturb less), ``repeats``.
    """
    for _ in range(warmup):
        function()
    wall, own = [], []
    for _ in range(repeats):
        synchronize(device)
        start = time.perf_counter(), time.process_time()
        function()
        synchronize(device)
        wall.append(time.perf_counter() - start[0])
        own.append(time.process_time() - start[1])
    return dict(seconds=statistics.median(wall), fastest=min(wall), slowest=max(wall),
                cpu_seconds=statistics.median(own), repeats=repeats)


def in_turns(runs, device, memory, warmup, repeats):
    """Run functions one after the other, several times over, so that a noisy hour meets them all.

    Args:
        runs (dict[str, Callable]): by name.
        memory (Memory): made before the model was.

    Returns:
        dict[str, dict]: of each, what :func:`timed` gives, and ``memory_peak`` in bytes.
    """
    found, peaks = {name: [] for name in runs}, {}
    for name, run in runs.items():  # apart from the measured calls: restarting costs them time
        memory.restart()
        run()
        peaks[name] = memory.peak()
    for name in [*runs] * warmup:
        runs[name]()
    for name in [*runs] * repeats:
        found[name].append(timed(runs[name], device, 0, 1))
    return {name: dict(
        seconds=statistics.median(run['seconds'] for run in each),
        fastest=min(run['fastest'] for run in each), slowest=max(run['slowest'] for run in each),
        cpu_seconds=statistics.median(run['cpu_seconds'] for run in each), repeats=repeats,
        memory_peak=peaks[name]) for name, each in found.items()}


def matrix_product(device, dtype, repeats=7):
    """Times of a large matrix product, see :func:`timed`, by the faster of two ways; its operations."""
    side = MATRIX_SIDE.get(device.type, DEFAULT_MATRIX_SIDE)
    a, b = torch.randn(2, side, side, device=device).to(dtype)
    ways = [lambda: linear(a, b)]
    if (device.type, dtype) != ('cpu', torch.float16):  # for which torch has a loop that takes minutes
        ways.append(lambda: a @ b)
    times = [timed(way, device, 1, repeats) for way in ways]
    return min(times, key=lambda each: each['fastest']), 2 * side**3


def matrix_peak(device, dtype):
    """Operations per second of the fastest of several matrix products."""
    times, flops = matrix_product(device, dtype)
    return flops / times['fastest']


def largest_difference(a, b):
    """Of two tensors of one shape."""
    return float((a.float() - b.float()).abs().max())


def measure(function, device, dtype, memory, warmup, repeats):
    """Everything about one function.

    Args:
        memory (Memory): made before the model was.

    Returns:
        dict: of :func:`timed`, with ``memory_held`` and ``memory_peak`` in bytes, ``flops``,
        ``matrix_peak`` (operations per second of a matrix product, measured just after),
        ``share_of_peak`` (fastest run against fastest run) and, on a CPU, ``share_of_cpu_peak``
        (the same per second of the process's own time).
    """
    result = dict(memory_held=memory.held())
    memory.restart()
    result.update(timed(function, device, warmup, repeats))
    result['memory_peak'] = memory.peak()
    result['flops'] = count_flops(function)
    product, product_flops = matrix_product(device, dtype)
    share = result['flops'] / product_flops
    result['matrix_peak'] = product_flops / product['fastest']
    result['share_of_peak'] = share * product['fastest'] / result['fastest']
    if device.type == 'cpu':
        result['share_of_cpu_peak'] = share * product['cpu_seconds'] / result['cpu_seconds']
    return result
