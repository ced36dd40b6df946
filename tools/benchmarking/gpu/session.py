"""Rows of a report within a budget of seconds; each is printed and written as soon as it is known."""
import json
import sys
import time
import traceback
from pathlib import Path

from mmpartseg.atomic import write_atomic
from mmpartseg.benchmark.printing import cell


class Session:
    """Runs rows one after the other; what fails, and what there is no time for, are said in the report.

    Args:
        report (dict): what is known beforehand; ``sections``, ``failed`` and ``left_out`` are added.
        budget (float): seconds from ``start`` on.
        path (str | Path, optional): JSON, written after each row.
        start (float): of ``clock``.
        clock (Callable): seconds.
    """

    def __init__(self, report, budget, path=None, start=None, clock=time.monotonic):
        self.clock, self.budget, self.path = clock, budget, path
        self.start = clock() if start is None else start
        self.report = dict(report, sections={}, failed=[], left_out=[])

    def used(self):
        """Seconds since the start."""
        return self.clock() - self.start

    def run(self, section, name, function, needs=0):
        """Add the dict that a function returns, unless less than ``needs`` seconds are left."""
        label = f'{section}: {name}'
        if self.budget - self.used() < needs:
            self.report['left_out'].append(label)
            self._say(label, f'left out, needs {needs} s')
            return
        before = self.used()
        try:
            row = function()
        except Exception as error:  # the loan is short: the next row may still succeed
            traceback.print_exc(file=sys.stdout)
            lines = str(error).strip().splitlines() or ['']
            row = dict(error=f'{type(error).__name__}: {lines[0]}')
        if 'error' in row or row.get('as_expected') is False:
            self.report['failed'].append(label)
        rows = self.report['sections'].setdefault(section, {})
        rows[name] = dict(row, took=round(self.used() - before, 2))
        self._say(label, ', '.join(f'{key} {cell(value)}' for key, value in rows[name].items()))
        if self.path:
            write_atomic(Path(self.path), json.dumps(self.report, indent=2).encode())

    def _say(self, label, what):
        print(f'[{self.used():5.1f} s] {label}: {what}', flush=True)
