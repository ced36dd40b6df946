"""Which samples were scored: each picture should count once."""
import logging
from collections import Counter
from typing import Any

from mmengine.dist import all_gather_object
from mmengine.logging import print_log

from ..printable import counted


class SampleNames:
    """Notes what a metric is given, and says so where a picture comes twice."""

    def __init__(self) -> None:
        self.names: list[tuple | None] = []

    def add(self, sample: dict[str, Any]) -> None:
        """Note one sample: its picture, and its object where every object of a picture is a sample."""
        path = sample.get('img_path')
        self.names.append(None if path is None else (str(path), sample.get('object_id')))

    def say_repeated(self, own: int) -> None:
        """One warning line, with counts, where pictures were scored more than once in any process.

        Args:
            own (int): samples of this process that count; those after them fill up a batch.
        """
        gathered = all_gather_object(self.names[:own])
        times = Counter(name for names in gathered for name in names if name is not None)
        repeated = {name: number for name, number in times.items() if number > 1}
        if repeated:
            (path, _), most = max(repeated.items(), key=lambda item: item[1])
            print_log(f"{counted(sum(times.values()), 'sample was', 'samples were')} scored, of only "
                      f"{counted(len(times), 'picture')}: "
                      f'{len(repeated)} came more than once, {path} {most} times. The scores count them as '
                      'often; list each picture once', 'current', logging.WARNING)
