"""Try to break what is read and what is killed, and print how often it went how.

    python -m tests.robustness --corruptions 10000 --random-kills 50

Survived: the content of the intact file, or the bits of the uninterrupted run. Clear error: one line that
names the file. Free: another text, or other pixels of a photograph, which nothing could tell from what was
meant. Silent: other content, or other weights, without a word. Lost: a run that could not go on. Unclear: an
error of several lines or without the file's name. Memory is what reading added to a process.
"""
import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

from mmengine.registry import init_default_scope

from .bombs import BOMBS
from .corruptions import OUTCOMES, try_kind
from .files import KINDS
from .kills import Killing
from .reports import REPORTS, outcome_of_report

COLUMNS = (*OUTCOMES, 'lost')
BAD = COLUMNS[3:]
MOST_MEMORY = 2048  # MiB


def line(name, counts, memory=''):
    """A row of the table."""
    cells = [sum(counts.values()), *(counts.get(column, 0) for column in COLUMNS), memory]
    return f'| {name} | ' + ' | '.join(map(str, cells)) + ' |'


def corruptions(number, folder):
    """Rows: every kind of file, damaged as often."""
    each = -(-number // len(KINDS))
    for kind in KINDS:
        yield kind.name, *try_kind(kind, folder, range(each))


def bombs(folder):
    """One row: every file that was made on purpose."""
    counts, memory, details = Counter(), 0, {}
    for kind in BOMBS:
        found, grown, bad = try_kind(kind, folder, [None])
        counts, memory = counts + found, max(memory, grown)
        details.update({f'{outcome} ({kind.name!r})': detail for outcome, detail in bad.items()})
    yield 'made on purpose', counts, memory, details


def reports(folder):
    """One row: mistakes of which people have reported that they went through."""
    outcomes = {report.name: outcome_of_report(report, folder / report.name) for report in REPORTS}
    bad = {name: outcome for name, outcome in outcomes.items() if outcome != 'clear error'}
    yield 'public reports', Counter(outcome.partition(':')[0] for outcome in outcomes.values()), '', bad


def kills(random_kills, operations, folder):
    """Rows: kills at writes, renames and deletes, and at random moments, with and without EMA."""
    for ema in (True, False):
        name = 'with EMA' if ema else 'without EMA'
        killing = Killing(folder / name.replace(' ', '_'), ema)
        steps = range(1, killing.operations + 1)
        if operations is not None:
            steps = steps[::max(1, len(steps) // max(1, operations))][:operations]
        counts = Counter(killing.at_operation(number) for number in steps)
        yield f'killed at a write, rename or delete, {name}', counts, '', {}
        counts = Counter(killing.at_random(seed) for seed in range(random_kills // 2))
        yield f'killed at a random moment, {name}', counts, '', {}


def main(argv=None):
    """Print the table; returns 1 if something was silent, lost, unclear, hanging, crashed or run."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--corruptions', type=int, default=10_000,
                        help='damaged files (%(default)s); 0 leaves out those made on purpose too')
    parser.add_argument('--random-kills', type=int, default=50, help='(%(default)s)')
    parser.add_argument('--operations', type=int, help='kills at writes, renames and deletes (default: all)')
    args = parser.parse_args(argv)
    init_default_scope('mmseg')
    titles = ['what', 'tries', *COLUMNS, 'memory, MiB']
    print('| ' + ' | '.join(titles) + ' |', '|' + '---|' * len(titles), sep='\n', flush=True)
    total, most, seen = Counter(), 0, {}
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        rows = [corruptions(args.corruptions, folder), bombs(folder)] if args.corruptions else []
        rows.append(reports(folder))
        if args.random_kills or args.operations != 0:
            rows.append(kills(args.random_kills, args.operations, folder))
        for name, counts, memory, details in (row for group in rows for row in group):
            print(line(name, counts, memory), flush=True)
            total, most = total + counts, max(most, memory or 0)
            seen.update({f'{name}: {outcome}': detail for outcome, detail in details.items()})
    print(line('all', total, most))
    for place, detail in seen.items():
        print(f'{place}: {detail}', file=sys.stderr)
    return int(any(total[outcome] for outcome in BAD) or most >= MOST_MEMORY)


if __name__ == '__main__':
    sys.exit(main())
