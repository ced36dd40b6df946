"""What decoders of pictures and videos say of damage: under the file's name instead of lines of their own."""
import contextlib
import os
import re
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..printable import printable

STDERR = 2  # where libraries in C write, whatever ``sys.stderr`` is
SPEAKER = re.compile(r'^\[[^]]* @ 0x[0-9a-f]+\]\s*|^tempfile\.tif: ')  # of ffmpeg, of libtiff through Pillow
END, LOUD = object(), (UserWarning, RuntimeWarning)


class Complaints:
    """Collects what decoders write and warn of while they are called; for one thread."""

    def __init__(self) -> None:
        self.lines: dict[str, None] = {}

    def of(self, function: Callable, *args: Any) -> Any:
        """The result of a call."""
        with self._listening():
            return function(*args)

    def of_each(self, items: Iterable) -> Iterator:
        """The items of a generator that decodes."""
        iterator = iter(items)
        while (item := self.of(next, iterator, END)) is not END:
            yield item

    def tell(self, name: str) -> None:
        """Say on one line what was said of a file since the last call, if anything."""
        if self.lines:
            first, *more = self.lines
            also = f' (and {len(more)} more)' if more else ''
            print(f'\n{printable(name)}: it may be damaged, its decoder says: {printable(first)}{also}',
                  file=sys.stderr)
        self.lines = {}

    @contextlib.contextmanager
    def _listening(self):
        try:
            kept = os.dup(STDERR)
        except OSError:  # there is no standard error
            yield
            return
        with tempfile.TemporaryFile() as said, warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter('always')
            os.dup2(said.fileno(), STDERR)
            try:
                yield
            finally:
                os.dup2(kept, STDERR)
                os.close(kept)
                said.seek(0)
                lines = said.read().decode(errors='replace').splitlines()
                lines += [str(each.message) for each in warned if issubclass(each.category, LOUD)]
                self.lines.update(dict.fromkeys(filter(None, (SPEAKER.sub('', x).strip() for x in lines))))
