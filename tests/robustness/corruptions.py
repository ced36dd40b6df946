"""Files damaged at random, read in forked processes that hang, grow or run programs at their own risk."""
import contextlib
import multiprocessing
import os
import resource
import signal
import sys
import warnings
from collections import Counter
from pathlib import Path

import numpy as np

from mmpartseg.printable import printable

from .files import content

SECONDS = 20  # that no read of these takes
PROGRAMS = ('os.system', 'os.exec', 'os.posix_spawn', 'os.spawn', 'subprocess.Popen', 'socket.connect',
            'pty.spawn')  # events of Python's own watch
OUTCOMES = ('survived', 'clear error', 'free', 'silent', 'unclear', 'hang', 'crash', 'code run')


def corrupt(data, rng):
    """One to three changes: a flipped bit, bytes put in, taken out, replaced or zeroed, the end cut off."""
    data = bytearray(data)
    for _ in range(rng.integers(1, 4)):
        at, length = int(rng.integers(len(data) + 1)), int(rng.integers(1, 9))
        change = rng.integers(7)
        if change <= 1 and at < len(data):
            data[at] ^= 1 << int(rng.integers(8))
        elif change == 2:
            data[at:at] = rng.bytes(length)
        elif change == 3:
            del data[at:at + length]
        elif change == 4:
            data[at:at + length] = rng.bytes(len(data[at:at + length]))
        elif change == 5:
            data[at:at + 8 * length] = bytes(len(data[at:at + 8 * length]))
        elif change == 6:
            del data[at:]
    return bytes(data)


def outcome_of(kind, path, good, ran):
    """What became of one file, one of ``OUTCOMES``, and the error if it is not clear."""
    ran.clear()
    signal.alarm(SECONDS)
    try:
        found = content(kind.read(path))
        result = 'survived' if found == good else 'free' if kind.free else 'silent'
    except TimeoutError:
        return 'hang', ''
    except (ValueError, FileNotFoundError, SystemExit) as error:
        clear = printable(path.name) in str(error) and '\n' not in str(error) and str(error).isprintable()
        result = 'clear error' if clear else 'unclear'
        good = str(error)
    except BaseException as error:
        result, good = 'unclear', repr(error)
    finally:
        signal.alarm(0)
    return ('code run' if ran else result), (ran or good if result == 'unclear' or ran else '')


def read_many(kind, folder, seeds, pipe):
    """In a process of its own: sends (seed, outcome, details, memory in MiB) for each seed.

    The seed None leaves the file as it is written, and takes whatever is read for silent.
    """
    ran = []
    sys.addaudithook(lambda event, args: ran.append((event, args)) if event.startswith(PROGRAMS) else None)
    signal.signal(signal.SIGALRM, _late)
    warnings.simplefilter('ignore')
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1), os.dup2(silence, 2)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / kind.name
    kind.write(path)
    good = None
    if None not in seeds:
        data = path.read_bytes()
        with contextlib.suppress(ValueError):  # what is refused whatever it holds
            good = content(kind.read(path))
    start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for seed in seeds:
        if seed is not None:
            path.write_bytes(corrupt(data, np.random.default_rng(seed)))
        result = outcome_of(kind, path, good, ran)
        pipe.send((seed, *result, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - start) // 1024))
    pipe.close()


def _late(*_):
    raise TimeoutError


def try_kind(kind, folder, seeds):
    """Counts of outcomes, the largest memory in MiB, and the first details of each bad outcome."""
    context = multiprocessing.get_context('fork')
    counts, details, memory, left = Counter(), {}, 0, list(seeds)
    while left:
        receiver, sender = context.Pipe(False)
        child = context.Process(target=read_many, args=(
            kind, Path(folder) / kind.name.replace('\n', ''), left, sender))
        child.start()
        sender.close()
        done = 0
        try:
            while True:
                seed, outcome, detail, grown = receiver.recv()
                done, memory = done + 1, max(memory, grown)
                counts[outcome] += 1
                if outcome in OUTCOMES[3:]:
                    details.setdefault(outcome, (seed, str(detail)[:300]))
        except EOFError:
            child.join()
        if done < len(left):  # the process died of this one
            counts['crash'] += 1
            details.setdefault('crash', (left[done], f'exit code {child.exitcode}'))
            done += 1
        left = left[done:]
    return counts, memory, details
