"""How cost grows with one size: each point in a process of its own."""
import json
import math
import subprocess
import sys

POINTS = {'classes': (20, 50, 116, 234, 500, 1000), 'side': (224, 352, 512, 768, 1024),
          'batch': (1, 2, 4, 8, 16)}


def run_points(script, argv, name, points):
    """The report of ``script`` with ``--<name>`` set to each of the points, as a list of dicts.

    Raises:
        ValueError: a point failed; its message follows what the process itself printed.
    """
    reports = []
    for point in points:
        command = [sys.executable, script, *argv, f'--{name}', str(point), '--json', '-']
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            raise ValueError(f'{name}={point} ended with exit code {done.returncode}')
        reports.append(json.loads(done.stdout.splitlines()[-1]))
        print(f'{name} {point}: {reports[-1]["seconds"]:.3f} s', file=sys.stderr, flush=True)
    return reports


def exponent(points, values):
    """The p of ``value ~ point^p``: least squares on logarithms; nan for fewer than two points."""
    pairs = [(math.log(x), math.log(y)) for x, y in zip(points, values) if y > 0]
    if len(pairs) < 2:
        return math.nan
    mean_x, mean_y = (sum(column) / len(pairs) for column in zip(*pairs))
    spread = sum((x - mean_x)**2 for x, _ in pairs)
    return sum((x - mean_x) * (y - mean_y) for x, y in pairs) / spread


def scaling_report(name, points, reports):
    """Time, memory and operations at each point, and their exponents of growth."""
    keys = ('seconds', 'cpu_seconds', 'memory_peak', 'flops')
    values = {key: [report[key] for report in reports] for key in keys}
    return dict(scale=name, points=list(points), **values,
                exponents={key: exponent(points, column) for key, column in values.items()})
