"""Checks of label ids that do not hold up an accelerator."""
import torch

from .counting import check_ids, id_ranges


class IdCheck:
    """Finds ids outside the vocabulary without making an accelerator wait at every image.

    Reading a value from a device stops until its work is done, so there the ranges of several
    images are kept and read together; on the CPU each image is checked at once.

    Args:
        num_classes (int): K.
        ignore_index (int): marks pixels without a part label.
        group (int): images per read on an accelerator.
    """

    def __init__(self, num_classes, ignore_index, group=32):
        self.num_classes = num_classes
        self.ignore_index = ignore_index
        self.group = group
        self._pending = []

    def add(self, source, pred, target):
        """Note one image; ValueError names its ``source`` at once or at a later :meth:`flush`."""
        ranges = id_ranges(pred, target, self.ignore_index)
        self._pending.append((source, ranges))
        if ranges.device.type == 'cpu' or len(self._pending) >= self.group:
            self.flush()

    def flush(self):
        """Check what is pending."""
        pending, self._pending = self._pending, []
        if pending:
            table = torch.stack([ranges for _, ranges in pending]).tolist()
            for (source, _), ranges in zip(pending, table):
                check_ids(source, ranges, self.num_classes)
