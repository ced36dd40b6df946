"""Checks of label ids that do not hold up an accelerator."""
import torch

from .counting import check_ids, id_range


class IdCheck:
    """Finds ids outside the vocabulary without making an accelerator wait at every image.

    Reading a value from a device stops until its work is done, so there the ranges of several
    maps are kept and read together; on the CPU each map is checked at once.

    Args:
        group (int): maps per read on an accelerator.
    """

    def __init__(self, group: int = 64) -> None:
        self.group = group
        self._pending: list[tuple[str, int, torch.Tensor]] = []

    def add(self, source: str, labels: torch.Tensor, largest: int) -> None:
        """Note one map with ids 0 to ``largest``; ValueError now or later if it has others.

        Args:
            source (str): names the map in the error.
            labels (Tensor): (H, W) ids.
            largest (int): the largest valid id.
        """
        self._pending.append((source, largest, id_range(labels)))
        if labels.device.type == 'cpu' or len(self._pending) >= self.group:
            self.flush()

    def flush(self) -> None:
        """Check what is pending."""
        pending, self._pending = self._pending, []
        if pending:
            ranges = torch.stack([found.long() for _, _, found in pending]).tolist()
            for (source, largest, _), (low, high) in zip(pending, ranges):
                check_ids(source, low, high, largest)
